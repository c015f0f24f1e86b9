import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LockManager } from '#libs/storage';
import { TagChanges } from './tag-changes.js';

/** What changes the manifests and tags of a repository does so one at a time, among all processes on the storage. */
@Injectable()
export class RepositoryLock implements OnApplicationBootstrap {
  constructor(
    private readonly locks: LockManager,
    private readonly changes: TagChanges,
  ) {}

  /** Settles what crashes left half done before anything is served. */
  async onApplicationBootstrap(): Promise<void> {
    for (const name of await this.changes.pending()) await this.exclusively(name, async () => undefined);
  }

  /** Runs `work` alone on the repository, after completing what a process that died left half done there. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.locks.exclusively(`repository/${name}`, async () => {
      await this.changes.settle(name);
      return work();
    });
  }
}

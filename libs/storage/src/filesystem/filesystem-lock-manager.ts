import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { DEFAULT_WAIT, KeyedQueue } from '../keyed-queue.js';
import { LockManager, type LockOptions } from '../lock-manager.js';
import { pathOf } from '../path-mapper.js';
import { LockTimeoutError } from '../storage-error.js';
import type { TryLock } from './flock.js';
import { acquireLockFile, releaseLockFile } from './lock-file.js';

/**
 * Locks among the processes of one machine that have the same root, by `flock(2)` on a file for each key that is locked
 * now. In each process only the first who waits for a key tries for the file. Without `flock` the locks hold inside the
 * process only.
 */
export class FilesystemLockManager extends LockManager {
  private readonly queue = new KeyedQueue();

  /** Lock files are no durable state: an empty folder is as good. */
  private readonly folder: string;

  constructor(
    root: string,
    private readonly tryLock: TryLock | null,
  ) {
    super();
    this.folder = join(resolve(root), pathOf.locks());
  }

  /** Whether the locks exclude other processes too. */
  get acrossProcesses(): boolean {
    return this.tryLock !== null;
  }

  async exclusively<T>(key: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
    const { wait = DEFAULT_WAIT } = options;
    const deadline = performance.now() + wait;
    const { tryLock } = this;
    if (!tryLock) return this.queue.run(key, wait, work);

    return this.queue.run(key, wait, async () => {
      const file = this.fileOf(key);
      const lock = await acquireLockFile(tryLock, file, deadline);
      if (lock === null) throw new LockTimeoutError(key, wait);
      try {
        return await work();
      } finally {
        await releaseLockFile(lock, file);
      }
    });
  }

  private fileOf(key: string): string {
    return join(this.folder, createHash('sha256').update(key).digest('hex'));
  }
}

import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import {
  deleteIfPresent,
  LockManager,
  LockTimeoutError,
  listIfPresent,
  pathOf,
  StorageDriver,
  walkIfPresent,
  walkRepositories,
} from '#libs/storage';
import { UploadsConfig } from '../config/index.js';
import { describeFailure } from '../http/index.js';
import { Logger } from '../log/index.js';

/** What a purge removed. */
export interface Purged {
  /** Upload sessions. */
  readonly uploads: number;
  /** What writers left that died, in pieces of whatever kind the driver has. */
  readonly leftovers: number;
}

/** The longest that the first purge waits, in milliseconds: a process that is started each hour should purge, too. */
const FIRST = 10 * 60_000;

/**
 * Removes, from time to time, uploads that nobody goes on with. On all servers of one storage together, one purge is under
 * way at a time; each session is removed under its lock, so that a client which comes back either finds it or does not.
 */
@Injectable()
export class UploadPurge implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;

  constructor(
    private readonly config: UploadsConfig,
    private readonly storage: StorageDriver,
    private readonly locks: LockManager,
    private readonly logger: Logger,
  ) {}

  /** Servers that are started together do not purge together, nor does any in its first moments. */
  onApplicationBootstrap(): void {
    const { purgeInterval } = this.config;
    if (purgeInterval > 0) this.schedule((Math.min(purgeInterval, FIRST) * (1 + Math.random())) / 2);
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Purges now. Resolves to null where another process is at it. */
  async purge(): Promise<Purged | null> {
    const before = new Date(Date.now() - this.config.purgeAge);
    const work = async () => {
      const uploads = await this.purgeUploads(before);
      return { uploads, leftovers: this.isStopping ? 0 : await this.storage.purge(before) };
    };
    return this.unlessBusy('upload-purge', work);
  }

  private schedule(delay: number): void {
    this.timer = setTimeout(() => {
      this.running = this.purgeAndLog().finally(() => {
        if (!this.isStopping) this.schedule(this.config.purgeInterval);
      });
    }, delay).unref();
  }

  private async purgeAndLog(): Promise<void> {
    try {
      const purged = await this.purge();
      if (purged) this.logger.info(purged, 'abandoned uploads purged');
    } catch (error) {
      this.logger.warn({ reason: describeFailure(error) }, 'abandoned uploads cannot be purged');
    }
  }

  private async purgeUploads(before: Date): Promise<number> {
    let purged = 0;
    for await (const name of walkRepositories(this.storage, 'uploads')) {
      for (const id of await listIfPresent(this.storage, pathOf.uploads(name))) {
        if (this.isStopping) return purged;
        if (await this.purgeUpload(name, id, before)) purged++;
      }
    }
    return purged;
  }

  private async purgeUpload(name: string, id: string, before: Date): Promise<boolean> {
    const session = pathOf.upload(name, id);
    if (!(await this.isAbandoned(session, before))) return false;
    // Somebody may have gone on with it meanwhile, or be about to.
    const work = async () =>
      (await this.isAbandoned(session, before)) && deleteIfPresent(this.storage, session, { durable: false });
    return (await this.unlessBusy(`upload/${id}`, work)) ?? false;
  }

  /** Whether nothing that the session holds has changed since. */
  private async isAbandoned(session: string, before: Date): Promise<boolean> {
    let isEmpty = true;
    for await (const { modifiedAt, isDirectory } of walkIfPresent(this.storage, session)) {
      if (isDirectory) continue;
      if (modifiedAt >= before) return false;
      isEmpty = false;
    }
    // Of a session that is just being made there may be no more than the folder.
    return !isEmpty || (await this.isOlder(session, before));
  }

  private async isOlder(path: string, before: Date): Promise<boolean> {
    try {
      return (await this.storage.stat(path)).modifiedAt < before;
    } catch {
      return false;
    }
  }

  private async unlessBusy<T>(key: string, work: () => Promise<T>): Promise<T | null> {
    try {
      return await this.locks.exclusively(key, work, { wait: 0 });
    } catch (error) {
      if (error instanceof LockTimeoutError && error.key === key) return null;
      throw error;
    }
  }
}

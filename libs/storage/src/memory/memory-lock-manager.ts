import { DEFAULT_WAIT, KeyedQueue } from '../keyed-queue.js';
import { LockManager, type LockOptions } from '../lock-manager.js';

/** Locks inside this process, which is all that has access to a storage in memory. */
export class MemoryLockManager extends LockManager {
  private readonly queue = new KeyedQueue();

  async exclusively<T>(key: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
    return this.queue.run(key, options.wait ?? DEFAULT_WAIT, work);
  }
}

export interface LockOptions {
  /** How long to wait for the lock, in milliseconds. 30,000 when not given. */
  readonly wait?: number;
}

/**
 * Mutual exclusion among all processes on one storage. A lock dies with the process that holds it, so that a crash
 * leaves nothing to clean up.
 */
export abstract class LockManager {
  /**
   * Runs `work` while nobody else holds `key`, waiting for whoever does. Locks are not re-entrant. Rejects with
   * `LockTimeoutError` when the wait is over, and with whatever `work` rejects with.
   */
  abstract exclusively<T>(key: string, work: () => Promise<T>, options?: LockOptions): Promise<T>;
}

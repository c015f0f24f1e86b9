import type { RetryPolicy } from 'cockatiel';
import { StorageError, StorageUnavailableError } from '#libs/storage';
import { retryPolicy } from './retry-policy.js';

/** Milliseconds. */
const RETRY_AFTER = 5_000;

/** Calls of a service, which are tried again where that may help. */
export class StoreCalls {
  private readonly retries: RetryPolicy;

  constructor(
    private readonly driver: string,
    readonly maxAttempts: number,
    isTransient: (error: unknown) => boolean,
  ) {
    this.retries = retryPolicy(maxAttempts, isTransient);
  }

  /**
   * Rejects with `StorageUnavailableError` for what `work` has no answer to. `isFirst` is false where an earlier try may
   * have done the work, though its answer did not come.
   */
  async call<T>(operation: string, work: (isFirst: boolean) => Promise<T>): Promise<T> {
    try {
      return await this.retries.execute(({ attempt }) => work(attempt === 0));
    } catch (error) {
      if (error instanceof StorageError) throw error;
      throw this.unavailable(operation, error);
    }
  }

  unavailable(operation: string, cause: unknown): StorageUnavailableError {
    return new StorageUnavailableError(this.driver, operation, RETRY_AFTER, { cause });
  }
}

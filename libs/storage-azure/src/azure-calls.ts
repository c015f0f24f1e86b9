import type { ContainerClient } from '@azure/storage-blob';
import { retryPolicy } from '#libs/object-storage';
import { StorageError, StorageUnavailableError } from '#libs/storage';
import { isTransient } from './azure-error.js';

/** Milliseconds. */
const RETRY_AFTER = 5_000;

/**
 * Calls of the service that are tried again where that may help. The library could do that as well, but without chance in
 * its delays, and not after what gateways answer; so it is told to try once.
 */
export class AzureCalls {
  private readonly retries: ReturnType<typeof retryPolicy>;

  constructor(
    readonly container: ContainerClient,
    readonly maxAttempts: number,
  ) {
    this.retries = retryPolicy(maxAttempts, isTransient);
  }

  /** `isFirst` is false where an earlier try may have done the work, though its answer did not come. */
  async call<T>(operation: string, work: (isFirst: boolean) => Promise<T>): Promise<T> {
    try {
      return await this.retries.execute(({ attempt }) => work(attempt === 0));
    } catch (error) {
      if (error instanceof StorageError) throw error;
      throw this.unavailable(operation, error);
    }
  }

  unavailable(operation: string, cause: unknown): StorageUnavailableError {
    return new StorageUnavailableError('azure', operation, RETRY_AFTER, { cause });
  }
}

import { ExponentialBackoff, handleWhen, type RetryPolicy, retry } from 'cockatiel';

/** Milliseconds before the first retry, roughly. */
const FIRST_DELAY = 100;
const LONGEST_DELAY = 10_000;

/**
 * Tries calls again that failed for a reason that may pass, `maxAttempts` times in all, after delays that grow and that
 * chance spreads, so that many processes do not come back at the same moment.
 */
export function retryPolicy(maxAttempts: number, isTransient: (error: unknown) => boolean): RetryPolicy {
  return retry(handleWhen(isTransient), {
    maxAttempts: maxAttempts - 1,
    backoff: new ExponentialBackoff({ initialDelay: FIRST_DELAY, maxDelay: LONGEST_DELAY }),
  });
}

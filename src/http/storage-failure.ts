import { OciError } from '#libs/oci';
import { LockTimeoutError, StorageUnavailableError } from '#libs/storage';
import { retryAfter } from './retry-after.js';

/** What a client is told of a failure of the storage that it can do something about; undefined for any other. */
export function describeStorageFailure(failure: unknown): OciError | undefined {
  if (failure instanceof LockTimeoutError) {
    const message = 'another request is changing this; try again';
    return new OciError('TOOMANYREQUESTS', undefined, { message, headers: { 'Retry-After': '1' }, cause: failure });
  }
  if (failure instanceof StorageUnavailableError) {
    const message = 'the storage is not available; try again';
    return new OciError('UNAVAILABLE', undefined, { message, headers: retryAfter(failure.retryAfter), cause: failure });
  }
  const code = (failure as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new OciError('UNAVAILABLE', undefined, { status: 507, message: 'the storage is full', cause: failure });
  }
  return undefined;
}

const MOST_CAUSES = 5;

/**
 * A failure and what it was caused by, in one line: the name and the message of each. Nothing else of the errors of an SDK may be logged:
 * they can hold the headers of the request. Nor may the query of a URL, in which signatures are.
 */
export function describeFailure(failure: unknown): string {
  const causes: string[] = [];
  for (let cause = failure; cause instanceof Error && causes.length < MOST_CAUSES; cause = cause.cause) {
    causes.push(`${cause.name}: ${cause.message}`.replace(/(\bhttps?:\/\/[^\s?'"]*)\?[^\s'"]*/g, '$1'));
  }
  return causes.join('; caused by ');
}

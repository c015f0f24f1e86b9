import { isRestError } from '@azure/storage-blob';

/** Too many requests, or a failure of the service or of what is in front of it. */
const TRANSIENT_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** Whether the same call may succeed a little later: no answer came, or one that says so. */
export function isTransient(error: unknown): boolean {
  if (!isRestError(error)) return false;
  return error.statusCode === undefined || TRANSIENT_STATUS.has(error.statusCode);
}

/** The code of an answer of the service, such as `BlobNotFound`. That of an answer without a body is in a header. */
export function errorCode(error: unknown): string | undefined {
  if (!isRestError(error)) return undefined;
  return error.response?.headers.get('x-ms-error-code') ?? error.code;
}

export function errorStatus(error: unknown): number | undefined {
  return isRestError(error) ? error.statusCode : undefined;
}

/** Whether a blob is missing, as opposed to the container. */
export function isMissing(error: unknown): boolean {
  return errorStatus(error) === 404 && errorCode(error) === 'BlobNotFound';
}

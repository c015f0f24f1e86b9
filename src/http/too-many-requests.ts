import { OciError } from '#libs/oci';
import { retryAfter } from './retry-after.js';

/** `TOOMANYREQUESTS` for a client that may come again in `wait` milliseconds. */
export function tooManyRequests(message: string, wait: number): OciError {
  return new OciError('TOOMANYREQUESTS', undefined, { message, headers: retryAfter(wait) });
}

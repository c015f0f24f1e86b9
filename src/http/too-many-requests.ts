import { OciError } from '#libs/oci';

/** `TOOMANYREQUESTS` for a client that may come again in `wait` milliseconds. */
export function tooManyRequests(message: string, wait: number): OciError {
  // In whole seconds, as the header has it; 0 would have the client try at once.
  const seconds = Math.max(1, Math.ceil(wait / 1000));
  return new OciError('TOOMANYREQUESTS', undefined, { message, headers: { 'Retry-After': String(seconds) } });
}

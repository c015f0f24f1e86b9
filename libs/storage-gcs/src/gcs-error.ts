/** The service answered with an error. */
export class GcsError extends Error {
  override readonly name = 'GcsError';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(`${status}: ${message}`);
  }
}

/** Too many requests, or a failure of the service or of what is in front of it. */
const TRANSIENT_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** Of the operating system, and of the parser of answers. */
const NETWORK_ERROR = /^(ECONN|EPIPE|ETIMEDOUT|EAI_|ENOTFOUND|EHOST|ENET|HPE_|ERR_STREAM_PREMATURE_CLOSE)/;

/** Whether the same call may succeed a little later: no answer came, or one that says so. */
export function isTransient(error: unknown): boolean {
  if (error instanceof GcsError) return TRANSIENT_STATUS.has(error.status);
  return NETWORK_ERROR.test(String((error as NodeJS.ErrnoException | null)?.code));
}

/** Whether an object is missing, as opposed to the bucket, which the service tells apart in words only. */
export function isMissing(error: unknown): boolean {
  return hasStatus(error, 404) && !/bucket does not exist/i.test(error.message);
}

export function hasStatus(error: unknown, status: number): error is GcsError {
  return error instanceof GcsError && error.status === status;
}

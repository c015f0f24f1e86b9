import { StorageError, StorageUnavailableError } from '#libs/storage';

/** Milliseconds after which a service that is down, or asks for less, is worth another try. */
const RETRY_AFTER = 5_000;

/** Milliseconds after which somebody may have put the credentials, the bucket or the region right. */
const RETRY_AFTER_REFUSAL = 60_000;

/** Answers that say nothing of the request itself, whatever their status. */
const REFUSALS = new Set([
  'AuthorizationHeaderMalformed',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidToken',
  'NoSuchBucket',
  'TokenRefreshRequired',
]);
const OVERLOADS = new Set(['RequestTimeout', 'RequestTimeTooSkewed', 'SlowDown']);

/**
 * What a service answered to a request, or why there was no answer. The SDK's own errors hold the answer, and by way of it
 * the request with its signature and the customer's key; of those only this is kept.
 */
export class S3RequestError extends StorageError {
  override readonly name = 'S3RequestError';

  constructor(
    readonly operation: string,
    /** S3's code, such as `NoSuchKey`, or Node's, such as `ECONNRESET`. */
    readonly code: string,
    /** Of HTTP; null where there was no answer. */
    readonly status: number | null,
    /** How often the request was sent. */
    readonly attempts: number,
    reason: string,
    readonly requestId?: string,
  ) {
    super(`${operation}: ${reason ? `${code}: ${reason}` : code}`);
  }
}

/** Waits for an answer, and makes what the SDK throws a `StorageUnavailableError` or an `S3RequestError`. */
export async function answerTo<T>(operation: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw translated(operation, error);
  }
}

/** Waits for an answer about an object; null where no object has the key. */
export async function ifPresent<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Whether no object has the key. Answers to HEAD have no code, so that a missing bucket looks the same there. */
export function isMissing(error: unknown): boolean {
  return error instanceof S3RequestError && error.status === 404 && error.code !== 'NoSuchUpload';
}

/** Whether a service refused a request with this code. */
export function isRefused(error: unknown, code: string): error is S3RequestError {
  return error instanceof S3RequestError && error.code === code;
}

/** Why an object cannot be had although the service answers. */
export function unavailable(operation: string, cause: unknown): StorageUnavailableError {
  return new StorageUnavailableError('s3', operation, RETRY_AFTER, { cause });
}

interface SdkError extends Error {
  readonly code?: unknown;
  /** Whose fault it is, in all that the service said; in nothing else. */
  readonly $fault?: unknown;
  readonly $metadata?: {
    readonly httpStatusCode?: number | undefined;
    readonly requestId?: string | undefined;
    readonly attempts?: number | undefined;
  };
  readonly $response?: { readonly headers?: Readonly<Record<string, string | undefined>> };
}

function translated(operation: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StorageError) return error;
  const { name, message, code, $fault, $metadata, $response } = error as SdkError;
  const status = $metadata?.httpStatusCode ?? null;
  // Nothing went wrong on the way: this is a bug.
  if (status === null && (error instanceof TypeError || error instanceof RangeError)) return error;
  const cause = new S3RequestError(
    operation,
    typeof code === 'string' && $fault === undefined ? code : name,
    status,
    $metadata?.attempts ?? 1,
    message === name || message === 'UnknownError' ? '' : message,
    $metadata?.requestId,
  );
  // Of an answer that broke off, the status has come, but not what it says.
  const retryAfter = status !== null && $fault === undefined ? RETRY_AFTER : waitFor(cause);
  if (retryAfter === null) return cause;
  const asked = Number($response?.headers?.['retry-after']) * 1000;
  return new StorageUnavailableError('s3', operation, asked > 0 ? asked : retryAfter, { cause });
}

/** Milliseconds after which the same request may succeed; null where it never will. */
function waitFor({ code, status }: S3RequestError): number | null {
  if (REFUSALS.has(code) || code.startsWith('KMS.')) return RETRY_AFTER_REFUSAL;
  if (OVERLOADS.has(code)) return RETRY_AFTER;
  if (status === null || status === 408 || status === 429) return RETRY_AFTER;
  if (status === 401 || status === 403 || (status >= 300 && status < 400)) return RETRY_AFTER_REFUSAL;
  if (status === 501 || (status >= 400 && status < 500)) return null;
  return RETRY_AFTER;
}

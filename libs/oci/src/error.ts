/**
 * The error codes of the distribution specification (section "Error Codes"): the status each is sent with unless the
 * place that throws knows a better one, and its message. `UNKNOWN` and `UNAVAILABLE` are for 5xx answers, which the
 * specification leaves open; `MANIFEST_UNVERIFIED` and `TAG_INVALID` are for schema 1, which it no longer has.
 */
const ERRORS = {
  BLOB_UNKNOWN: { status: 404, message: 'blob unknown to registry' },
  BLOB_UPLOAD_INVALID: { status: 400, message: 'blob upload invalid' },
  BLOB_UPLOAD_UNKNOWN: { status: 404, message: 'blob upload unknown to registry' },
  DENIED: { status: 403, message: 'requested access to the resource is denied' },
  DIGEST_INVALID: { status: 400, message: 'provided digest did not match uploaded content' },
  MANIFEST_BLOB_UNKNOWN: { status: 400, message: 'manifest references a manifest or blob unknown to registry' },
  MANIFEST_INVALID: { status: 400, message: 'manifest invalid' },
  MANIFEST_UNVERIFIED: { status: 400, message: 'manifest failed signature verification' },
  MANIFEST_UNKNOWN: { status: 404, message: 'manifest unknown to registry' },
  NAME_INVALID: { status: 400, message: 'invalid repository name' },
  NAME_UNKNOWN: { status: 404, message: 'repository name not known to registry' },
  SIZE_INVALID: { status: 400, message: 'provided length did not match content length' },
  TAG_INVALID: { status: 400, message: 'manifest tag did not match URI' },
  TOOMANYREQUESTS: { status: 429, message: 'too many requests' },
  UNAUTHORIZED: { status: 401, message: 'authentication required' },
  UNAVAILABLE: { status: 503, message: 'service unavailable' },
  UNKNOWN: { status: 500, message: 'unknown error' },
  UNSUPPORTED: { status: 405, message: 'the operation is unsupported' },
} as const;

export type OciErrorCode = keyof typeof ERRORS;

/** Every code, in alphabetical order. */
export const OCI_ERROR_CODES: readonly string[] = Object.keys(ERRORS).sort();

export interface OciErrorOptions extends ErrorOptions {
  /** HTTP status, where the code's own does not fit (a manifest over the limit is `SIZE_INVALID` with 413). */
  status?: number;
  /** What to say in place of the code's own message. */
  message?: string;
  /** Headers that the answer carries. */
  headers?: Readonly<Record<string, string>>;
}

/** A failure that the client is told of in the words of the distribution specification. */
export class OciError extends Error {
  override readonly name = 'OciError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: OciErrorCode,
    readonly detail?: unknown,
    options: OciErrorOptions = {},
  ) {
    super(options.message ?? ERRORS[code].message, options);
    this.status = options.status ?? ERRORS[code].status;
    this.headers = options.headers ?? {};
  }
}

/** Several failures answered together, one entry each; the first one gives the HTTP status. */
export class OciErrorList extends Error {
  override readonly name = 'OciErrorList';

  constructor(readonly errors: readonly [OciError, ...OciError[]]) {
    super(errors.map((error) => `${error.code}: ${error.message}`).join('; '));
  }
}

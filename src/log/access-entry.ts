/** The message of the line that is logged for each request. */
export const ACCESS_MESSAGE = 'request';

/** What is logged about a request when it is over. */
export interface AccessEntry {
  readonly method: string;
  /** Name of the route, one of few, from `response.locals.route`. */
  readonly route: string | undefined;
  /** Repository, from `response.locals.name`. */
  readonly name: string | undefined;
  /** Path without the query, which can hold secrets. */
  readonly path: string;
  /** 499 when the client went away before it had the whole answer. */
  readonly status: number;
  /** Bytes sent, headers included. */
  readonly bytes: number;
  /** Whether the proxy sends the content to the client, so that status and bytes are those of our answer to the proxy. */
  readonly sentByProxy: true | undefined;
  /** Milliseconds from the first line of the request to the end of the answer. */
  readonly duration: number;
  readonly requestId: string;
  /** Address of the client; behind a trusted proxy, as the proxy gives it. */
  readonly remoteAddress: string | undefined;
  readonly userAgent: string | undefined;
}

import type { Response } from 'express';
import type { Principal } from '#libs/access';

/** What the guard and the handler know of a request, for each other and the access log. */
export interface RequestLocals {
  /** Its `X-Request-Id`, or the one that it was given. */
  requestId?: string;
  /** Whose request it is. */
  principal?: Principal;
  /** The operation: the name of the handler and, in the OpenAPI document, its id. */
  route?: string;
  /** The repository. */
  name?: string;
  /** Whether the proxy was told to send the content itself. */
  sentByProxy?: boolean;
  /** Bytes of the answer that the socket does not know of. */
  directBytes?: number;
}

export type RegistryResponse = Response<unknown, RequestLocals>;

import type { Response } from 'express';

/** What the guard and the handler know of a request, for each other and the access log. */
export interface RequestLocals {
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

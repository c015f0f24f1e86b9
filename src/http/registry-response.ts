import type { Response } from 'express';

/** What the guard knows of a request, for the handler and the access log. */
export interface RequestLocals {
  /** The operation: the name of the handler and, in the OpenAPI document, its id. */
  route?: string;
  /** The repository. */
  name?: string;
}

export type RegistryResponse = Response<unknown, RequestLocals>;

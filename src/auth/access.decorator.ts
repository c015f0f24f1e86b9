import { Reflector } from '@nestjs/core';
import type { Action } from './authorizer.js';

/** The accesses that a route needs. */
export interface RequiredAccess {
  /** On the repository in the path, or on the catalog; `public` routes show nothing of any repository. */
  readonly action: Action | 'public';
  /** A query parameter that names a second repository, which must be readable. */
  readonly source?: string;
}

/** Declares what a route needs. The guard refuses a route that declares nothing. */
export const Access = Reflector.createDecorator<RequiredAccess>();

import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { Action } from '#libs/access';

/** The accesses that a route needs. */
export interface RequiredAccess {
  /**
   * What the route does with the repository in its path or, where it has none, with the registry. `public` routes show
   * nothing of anybody; `authenticated` ones want a login where there is one, and nothing else.
   */
  readonly action: Action | 'public' | 'authenticated';
  /** A query parameter that names a second repository, from which the handler takes content if it may be pulled. */
  readonly source?: string;
  /** The tags that the request sets; none where it makes no sense, which is then for the handler to say. */
  tags?(request: Request): readonly string[];
}

/** Declares what a route needs. The guard refuses a route that declares nothing. */
export const Access = Reflector.createDecorator<RequiredAccess>();

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { ANONYMOUS, type Principal } from '#libs/access';
import type { RegistryResponse } from '../http/index.js';

/** Whose request it is: known once the guard has let it through. */
export function principalOf({ res }: Request): Principal {
  return (res as RegistryResponse | undefined)?.locals.principal ?? ANONYMOUS;
}

/** Binds whose request it is. */
export const PrincipalOf = createParamDecorator(
  (_, context: ExecutionContext): Principal => principalOf(context.switchToHttp().getRequest<Request>()),
);

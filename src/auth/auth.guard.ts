import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { OciError, parseRepositoryName } from '#libs/oci';
import { queryText, type RegistryResponse, readOrUndefined, repositoryNameOf } from '../http/index.js';
import { Access, type RequiredAccess } from './access.decorator.js';
import { type Action, Authorizer } from './authorizer.js';

type Handler = ReturnType<ExecutionContext['getHandler']>;

/** Asks the authorizer for each access that the route declares, before anything else of the request is looked at. */
@Injectable()
export class AuthGuard implements CanActivate {
  private readonly declared = new WeakMap<Handler, RequiredAccess>();

  constructor(
    private readonly reflector: Reflector,
    private readonly authorizer: Authorizer,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<RegistryResponse>();
    const handler = context.getHandler();
    response.locals.route = handler.name;

    const { action, source } = this.accessOf(handler);
    if (action === 'public') return true;
    if (action === 'catalog') return this.require(request, action);
    const name = repositoryNameOf(request);
    response.locals.name = name;
    await this.require(request, action, name);
    // A name that names no repository needs no permission: the handler finds nothing under it.
    const text = source === undefined ? undefined : queryText(request, source);
    const other = readOrUndefined(parseRepositoryName, text);
    if (other !== undefined) await this.require(request, 'pull', other);
    return true;
  }

  private accessOf(handler: Handler): RequiredAccess {
    const known = this.declared.get(handler);
    if (known) return known;
    const access = this.reflector.get(Access, handler);
    if (!access) throw new Error(`the route ${handler.name} does not declare the access that it needs`);
    this.declared.set(handler, access);
    return access;
  }

  private async require(request: Request, action: Action, repository?: string): Promise<true> {
    const remoteAddress = request.socket.remoteAddress ?? '';
    const allowed = await this.authorizer.isAllowed({ action, remoteAddress, ...(repository && { repository }) });
    if (!allowed) throw new OciError('DENIED', { action, ...(repository && { repository }) });
    return true;
  }
}

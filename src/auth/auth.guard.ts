import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { Principal } from '#libs/access';
import { OciError } from '#libs/oci';
import { AuditLog } from '../audit/index.js';
import { type RegistryResponse, repositoryNameOf } from '../http/index.js';
import { Limits } from '../limits/index.js';
import { Access, type RequiredAccess } from './access.decorator.js';
import { AccessDecisions, type AccessNeed, type Verdict } from './access-decisions.js';
import { eventOf, eventOfLogin } from './audit-events.js';
import { AuthenticatorChain } from './authenticator-chain.js';
import { Identities } from './identities.js';
import { PeerCheck } from './peer-check.js';
import { Refusals } from './refusals.js';
import { askedFor, type Needs, needsOf } from './route-needs.js';
import { when } from './when.js';

type Handler = ReturnType<ExecutionContext['getHandler']>;
type Answer = true | Promise<true>;

/** A decision, and on what. */
interface Decided {
  readonly need: AccessNeed;
  readonly verdict: Verdict;
}

/** Finds out whose request it is, and asks for each access that the route declares, before anything else is looked at. */
@Injectable()
export class AuthGuard implements CanActivate {
  private readonly declared = new WeakMap<Handler, RequiredAccess>();

  constructor(
    private readonly reflector: Reflector,
    private readonly chain: AuthenticatorChain,
    private readonly identities: Identities,
    private readonly decisions: AccessDecisions,
    private readonly refusals: Refusals,
    private readonly audit: AuditLog,
    private readonly peers: PeerCheck,
    private readonly limits: Limits,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<RegistryResponse>();
    const handler = context.getHandler();
    response.locals.route = handler.name;

    const access = this.accessOf(handler);
    if (access.action === 'public') return true;
    if (!this.peers.admits(request.socket.remoteAddress)) throw new OciError('DENIED');
    if (request.params.name !== undefined) response.locals.name = repositoryNameOf(request);
    return when(this.identities.of(request), (principal) => this.admit(request, response, access, principal));
  }

  private accessOf(handler: Handler): RequiredAccess {
    const known = this.declared.get(handler);
    if (known) return known;
    const access = this.reflector.get(Access, handler);
    if (!access) throw new Error(`the route ${handler.name} does not declare the access that it needs`);
    this.declared.set(handler, access);
    return access;
  }

  private admit(request: Request, response: RegistryResponse, access: RequiredAccess, known: Principal | null): Answer {
    this.limits.admit(request, response, known);
    const needs = needsOf(request, access, response.locals.name);
    if (!known) {
      this.audit.follow(request, response, eventOfLogin(request, this.chain));
      throw this.refusals.ofLogin(request, needs ? askedFor(needs) : []);
    }
    response.locals.principal = known;
    if (needs) return this.require(request, response, needs);
    // The token of who has not logged in is a credential all the same.
    if (known.authenticator === '' && !this.chain.isEmpty) throw this.refusals.ofAnonymous(request);
    return true;
  }

  private require(request: Request, response: RegistryResponse, needs: Needs): Answer {
    return when(this.decideAll(request, needs), ({ need, verdict }) => {
      if (this.audit.isOn) this.audit.follow(request, response, eventOf(request, need, verdict, needs));
      if (!verdict.isAllowed) throw this.refusals.of(request, need, verdict, askedFor(needs));
      return true;
    });
  }

  /** The first decision that refuses, or else the last one. */
  private decideAll(request: Request, { required, source }: Needs): Decided | Promise<Decided> {
    return when(this.decideEach(request, required), (decided) =>
      decided.verdict.isAllowed && source ? this.decideOnSource(request, source, decided) : decided,
    );
  }

  private decideEach(request: Request, needs: readonly [AccessNeed, ...AccessNeed[]]): Decided | Promise<Decided> {
    const [need, next, ...others] = needs;
    return when(this.decisions.decide(request, need), (verdict) =>
      verdict.isAllowed && next ? this.decideEach(request, [next, ...others]) : { need, verdict },
    );
  }

  /** The handler can do without the source: it counts only where the client can get what it lacks. */
  private decideOnSource(request: Request, need: AccessNeed, decided: Decided): Decided | Promise<Decided> {
    return when(this.decisions.decide(request, need), (verdict) =>
      !verdict.isAllowed && this.refusals.canBeHelped(request, verdict) ? { need, verdict } : decided,
    );
  }
}

import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { scopeFor } from '#libs/access';
import { OciError } from '#libs/oci';
import type { AccessNeed, Verdict } from './access-decisions.js';
import { AuthenticatorChain } from './authenticator-chain.js';
import { isBearer } from './authorization-header.js';
import { Challenges } from './challenges.js';
import { principalOf } from './principal-of.js';
import { UnauthorizedError } from './unauthorized.error.js';

/** What is answered to who may not do what they want. */
@Injectable()
export class Refusals {
  constructor(
    private readonly chain: AuthenticatorChain,
    private readonly challenges: Challenges,
  ) {}

  /**
   * Whether a login, or a token with more scopes, could help: who has none may get one, and a token is asked for anew. A
   * password or key that is for less than this is all that its owner has.
   */
  canBeHelped(request: Request, { lacksScope = false }: Verdict): boolean {
    if (this.chain.isEmpty) return false;
    return principalOf(request).isAnonymous || (lacksScope && isBearer(request.headers.authorization));
  }

  /** 401 with a challenge for all needs of the request where that can help, and otherwise 403. */
  of(request: Request, refused: AccessNeed, verdict: Verdict, needs: readonly AccessNeed[]): OciError {
    if (!this.canBeHelped(request, verdict)) return new OciError('DENIED', refused);
    const error = verdict.lacksScope ? 'insufficient_scope' : undefined;
    return new UnauthorizedError(this.challenges.for(request, scopesOf(needs), error), refused);
  }

  /** To who has to log in. */
  ofAnonymous(request: Request): OciError {
    return new UnauthorizedError(this.challenges.for(request, []));
  }

  /** To credentials that are wrong. It says nothing of what is wrong with them. */
  ofLogin(request: Request, needs: readonly AccessNeed[]): OciError {
    const error = isBearer(request.headers.authorization) ? 'invalid_token' : undefined;
    return new UnauthorizedError(this.challenges.for(request, scopesOf(needs), error));
  }
}

/** One scope for each resource: the tags that a push sets are not part of it. */
function scopesOf(needs: readonly AccessNeed[]) {
  const scopes = needs.map(({ action, repository }) => scopeFor(action, repository));
  return scopes.filter(({ name }, index) => scopes.findIndex((other) => other.name === name) === index);
}

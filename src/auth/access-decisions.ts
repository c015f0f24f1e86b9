import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { type Action, Authorizer, type Decision, grantsAllow } from '#libs/access';
import { remoteAddressOf } from '../http/index.js';
import { EverybodyAuthorizer } from './everybody-authorizer.js';

import { principalOf } from './principal-of.js';
import { when } from './when.js';

/** What somebody wants to do, and to what. */
export interface AccessNeed {
  readonly action: Action;
  readonly repository?: string;
  readonly tag?: string;
}

/** A decision on a request. */
export interface Verdict extends Decision {
  /** Whether the principal may do this, but its token is for less. */
  readonly lacksScope?: boolean;
}

const LACKS_SCOPE: Verdict = Object.freeze({
  isAllowed: false,
  reason: 'the credential is for less',
  lacksScope: true,
});

/** Decides for the principal of a request, within what its credential is good for. */
@Injectable()
export class AccessDecisions {
  constructor(private readonly authorizer: Authorizer) {}

  /** Whether everybody may do everything, so that nobody has to be asked. */
  get isOpen(): boolean {
    return this.authorizer instanceof EverybodyAuthorizer;
  }

  decide(request: Request, need: AccessNeed): Verdict | Promise<Verdict> {
    const principal = principalOf(request);
    const { grants } = principal;
    const decision = this.authorizer.decide({ principal, ...need, remoteAddress: remoteAddressOf(request) });
    if (!grants || grantsAllow(grants, need.action, need.repository)) return decision;
    return when(decision, (other): Verdict => (other.isAllowed ? LACKS_SCOPE : other));
  }

  may(request: Request, need: AccessNeed): boolean | Promise<boolean> {
    return when(this.decide(request, need), ({ isAllowed }) => isAllowed);
  }

  /** Tells which repositories may be pulled from; undefined when all may. */
  readableBy(request: Request): ((repository: string) => boolean | Promise<boolean>) | undefined {
    if (this.isOpen) return undefined;
    return (repository) => this.may(request, { action: 'pull', repository });
  }
}

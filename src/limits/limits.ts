import type { NextFunction, Request, RequestHandler } from 'express';
import type { Principal } from '#libs/access';
import type { LimitsConfig } from '../config/index.js';
import { clientNetworkOf, type RegistryResponse, remoteAddressOf } from '../http/index.js';
import { ClientLimiter } from './client-limiter.js';
import { Traffic } from './traffic.js';

/** Whoever watches the process must not take it for dead. */
const NEVER_LIMITED = '/healthz';

/** Holds clients to what they may use of this process. */
export class Limits {
  private readonly user: ClientLimiter | null;
  private readonly anonymous: ClientLimiter | null;
  private readonly address: ClientLimiter | null;

  constructor({ user, anonymous, address }: LimitsConfig) {
    const traffic = new Traffic();
    this.user = ClientLimiter.of(user, traffic);
    this.anonymous = ClientLimiter.of(anonymous, traffic);
    this.address = ClientLimiter.of(address, traffic);
  }

  /** Counts a request once it is known whose it is; null for credentials that are wrong. Throws `TOOMANYREQUESTS`. */
  admit(request: Request, response: RegistryResponse, principal: Principal | null): void {
    if (principal && !principal.isAnonymous) this.user?.admit(principal.name, request, response);
    else this.anonymous?.admit(networkOf(request), request, response);
  }

  /** What counts each request before anybody finds out whose it is; null where there is no such limit. */
  get ofAddresses(): RequestHandler | null {
    const { address } = this;
    if (!address) return null;
    return (request: Request, response: RegistryResponse, next: NextFunction) => {
      if (request.path !== NEVER_LIMITED) address.admit(networkOf(request), request, response);
      next();
    };
  }
}

function networkOf(request: Request): string {
  return clientNetworkOf(remoteAddressOf(request));
}

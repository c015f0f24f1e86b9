import type { Action } from './action.js';
import type { Principal } from './principal.js';

export interface AccessRequest {
  readonly principal: Principal;
  readonly action: Action;
  /** Absent for `catalog`, and for `administer` where it is about the whole registry. */
  readonly repository?: string;
  /** The tag that `push` and `overwrite` set, where there is one. */
  readonly tag?: string;
  /** Address of the client; behind a trusted proxy, as the proxy gives it. */
  readonly remoteAddress: string;
}

export interface Decision {
  readonly isAllowed: boolean;
  /** What decided, for the audit log and for `stowage policy explain`: the name of a rule, or why there was none. */
  readonly reason: string;
}

/** Decides who may do what. */
export abstract class Authorizer {
  /** Asked several times for some requests, so that it should not take long: one that answers at once is not waited for. */
  abstract decide(request: AccessRequest): Decision | Promise<Decision>;

  /** Lets go of what it holds open. */
  async close(): Promise<void> {}
}

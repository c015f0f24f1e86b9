import type { Credentials } from './credentials.js';
import type { Principal } from './principal.js';

/** Tells whose credentials these are. Several can be asked one after the other: the first that vouches decides. */
export abstract class Authenticator {
  /** The name in the configuration, in policies and in the audit log. */
  abstract readonly name: string;

  /** The kinds of credentials that it looks at. */
  abstract readonly kinds: readonly Credentials['kind'][];

  /**
   * Null when it does not vouch for them: it takes as long whether it knows the name or not. Rejects with
   * `AuthenticatorUnavailableError` when it cannot tell.
   */
  abstract authenticate(credentials: Credentials): Promise<Principal | null>;

  /** Lets go of what it holds open. */
  async close(): Promise<void> {}
}

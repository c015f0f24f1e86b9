import type { Grant } from './grant.js';

/** Who asks. */
export interface Principal {
  /** The name that the authenticator knows it by; empty for the anonymous one. */
  readonly name: string;
  readonly isAnonymous: boolean;
  readonly groups: readonly string[];
  /** What the token, the certificate or the directory says besides, for policies. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The name of the authenticator that vouched; empty for the anonymous one. */
  readonly authenticator: string;
  /** Which of its credentials it used: the id of a key, of a token, the fingerprint of a certificate. Never a secret. */
  readonly credential?: string;
  /** All that this credential is good for, whatever the principal may do otherwise; no bound when absent. */
  readonly grants?: readonly Grant[];
  /**
   * When the credential ends, in milliseconds since 1970; it is never taken for longer, whatever is kept of it. In the
   * past, nothing of it is kept: the authenticator is asked each time.
   */
  readonly expiresAt?: number;
}

/** Who shows no credentials. */
export const ANONYMOUS: Principal = Object.freeze({
  name: '',
  isAnonymous: true,
  groups: [],
  claims: {},
  authenticator: '',
});

import type { Action } from '#libs/access';

/** A line of the audit log. There is never a secret in it. */
export interface AuditEntry {
  /** When the request was over, as ISO 8601 has it. */
  readonly time: string;
  readonly requestId?: string;
  /** Who asked; empty for who has not logged in, and for a failed login what was given as the name. */
  readonly principal: string;
  /** Who vouched for it. */
  readonly authenticator?: string;
  /** Which of its credentials it used. */
  readonly credential?: string;
  readonly remoteAddress: string;
  readonly action: Action | 'login';
  /** The operation, as the OpenAPI document names it. */
  readonly route?: string;
  readonly repository?: string;
  /** The repository that content was to be mounted from. */
  readonly source?: string;
  /** The tags that were to be set, or deleted. */
  readonly tags?: readonly string[];
  readonly digest?: string;
  /** `failed` is what was allowed and went wrong, and a login. */
  readonly outcome: 'allowed' | 'denied' | 'failed';
  /** Of the answer. */
  readonly status: number;
  /** The rule that decided, or what was wrong. */
  readonly reason: string;
}

/** What is known of a request while it runs. */
export type AuditEvent = Omit<AuditEntry, 'time' | 'requestId' | 'remoteAddress' | 'route' | 'outcome' | 'status'> & {
  readonly isDenied: boolean;
};

/**
 * Credentials that nobody vouches for. `user` is what was given as the name; empty where there was none. `delay` is for how
 * many milliseconds no more logins are taken for it from there: those write no lines.
 */
export function failedLogin(user: string, delay = 0): AuditEvent {
  const reason = 'no authenticator vouches for the credentials';
  const more = delay > 0 ? `; the next may come in ${Math.ceil(delay / 1000)} s` : '';
  return { principal: user, action: 'login', reason: `${reason}${more}`, isDenied: false };
}

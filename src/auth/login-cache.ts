import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Principal } from '#libs/access';

/** How long a login is remembered, in milliseconds: so long a password still works that was changed. */
const LIFETIME = 30_000;
const MOST_LOGINS = 10_000;
/** In milliseconds. Time is read once in so long. */
const RESOLUTION = 1_000;

/**
 * Remembers for a short time which passwords were right, because to verify one takes a tenth of a second. They are not
 * kept: only a hash under a key that is made at each start. One that was wrong is verified each time.
 */
export class LoginCache {
  private readonly key = randomBytes(32);
  private readonly known = new LRUCache<string, Principal>({ max: MOST_LOGINS, ttlResolution: RESOLUTION });
  /** Clients open several connections at once, each with the same login. */
  private readonly verifying = new Map<string, Promise<Principal | null>>();

  /** What `verify` says, or has just said, of a user and a password. */
  get(user: string, password: string, verify: () => Promise<Principal | null>): Promise<Principal | null> | Principal {
    const id = createHmac('sha256', this.key).update(`${user.length}:${user}${password}`).digest('base64');
    const known = this.known.get(id) ?? this.verifying.get(id);
    if (known) return known;
    const verification = verify()
      .then((principal) => this.remember(id, principal))
      .finally(() => this.verifying.delete(id));
    this.verifying.set(id, verification);
    return verification;
  }

  private remember(id: string, principal: Principal | null): Principal | null {
    const ttl = principal ? lifetimeOf(principal, LIFETIME) : 0;
    if (principal && ttl > 0) this.known.set(id, principal, { ttl });
    return principal;
  }
}

/** How long a principal may be kept, in whole milliseconds: `longest`, or what is left of its credential; 0 for not at all. */
export function lifetimeOf({ expiresAt }: Principal, longest: number): number {
  return Math.max(0, Math.floor(Math.min(longest, (expiresAt ?? Number.POSITIVE_INFINITY) - Date.now())));
}

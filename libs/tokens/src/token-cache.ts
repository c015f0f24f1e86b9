import { LRUCache } from 'lru-cache';
import type { Principal } from '#libs/access';

/** Characters of all tokens together, and of what an entry takes besides. */
const SIZE = 8 * 1024 * 1024;
const OVERHEAD = 1024;

interface Entry {
  /** Ready to be given again. */
  readonly principal: Promise<Principal>;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Remembers whose the tokens are that were verified: a client uses one for all its requests of some minutes. */
export class TokenCache {
  private readonly entries = new LRUCache<string, Entry>({
    maxSize: SIZE,
    sizeCalculation: (_entry, token) => token.length + OVERHEAD,
  });

  /** A new object each time that everything was forgotten. */
  private era: object = {};

  get(token: string): Promise<Principal> | undefined {
    const entry = this.entries.get(token);
    if (entry === undefined) return undefined;
    if (Date.now() < entry.expiresAt) return entry.principal;
    this.entries.delete(token);
    return undefined;
  }

  /** For `set`, to be taken before a token is verified. */
  get currentEra(): object {
    return this.era;
  }

  /** Remembers nothing that was verified by keys which have changed since. */
  set(token: string, principal: Principal, expiresAt: number, era: object): void {
    if (era !== this.era) return;
    this.entries.set(token, { principal: Promise.resolve(principal), expiresAt });
  }

  clear(): void {
    this.era = {};
    this.entries.clear();
  }
}

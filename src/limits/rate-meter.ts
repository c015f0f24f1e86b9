import { LRUCache } from 'lru-cache';

/** Clients that are told apart. The one that was silent longest is forgotten, as if it had used nothing. */
const MOST_CLIENTS = 100_000;

/**
 * Measures what clients use, as buckets that leak: `limit` fits into one, and drains in `window` milliseconds. So much may
 * come at once, and then as fast as it drains. It takes one number for each client, and no timer.
 */
export class RateMeter {
  /** When the bucket of each client will be empty. */
  private readonly emptyAt = new LRUCache<string, number>({ max: MOST_CLIENTS });

  constructor(
    private readonly limit: number,
    private readonly window: number,
  ) {}

  /** Milliseconds until `amount` fits in, and 0 if it does now; what fits into no bucket has to wait for an empty one. */
  waitFor(client: string, amount: number, now: number): number {
    const emptyAt = this.emptyAt.get(client) ?? now;
    return Math.max(0, emptyAt - now - this.window + this.timeOf(Math.min(amount, this.limit)));
  }

  /** Puts it in. What was there already may be more than fits in, but nobody has to wait for longer than one window. */
  add(client: string, amount: number, now: number): void {
    const emptyAt = Math.max(this.emptyAt.get(client) ?? now, now) + this.timeOf(amount);
    this.emptyAt.set(client, Math.min(emptyAt, now + 2 * this.window));
  }

  private timeOf(amount: number): number {
    return (amount * this.window) / this.limit;
  }
}

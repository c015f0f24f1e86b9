import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleType,
  isBrokenCircuitError,
} from 'cockatiel';
import { StorageUnavailableError } from '#libs/storage';
import { ForwardingObjectStore, type StoreCall } from './forwarding-store.js';
import type { ObjectStore } from './object-store.js';

export interface BreakerOptions {
  /** So many calls in a row must find the store unavailable before it is left alone. 8 when not given. */
  readonly failures?: number;
  /** For how long, in milliseconds, it is then left alone; each time in a row for twice as long. 5,000 when not given. */
  readonly pause?: number;
  /** The longest that it is left alone, in milliseconds. 60,000 when not given. */
  readonly longestPause?: number;
  /** Called when the store is left alone for a number of milliseconds, and with 0 when it answers again. */
  readonly onChange?: (pause: number) => void;
}

/**
 * A circuit breaker before a store: where one call after the other finds it unavailable, further ones reject at once
 * instead of waiting each for itself, so that a dead service does not hold every connection. After a pause one call
 * tries it, and while that is under way all others still reject. What rejects so is a `StorageUnavailableError`, which says
 * when the store is tried next.
 *
 * Only `StorageUnavailableError` counts. URLs are signed without the store, and content that breaks off had an answer.
 */
export function guardStore(store: ObjectStore, options: BreakerOptions = {}): ObjectStore {
  return new GuardedStore(store, options);
}

class GuardedStore extends ForwardingObjectStore {
  private readonly breaker: CircuitBreakerPolicy;
  /** When the store is tried next, in the milliseconds of `Date.now`. */
  private nextTry = 0;

  constructor(inner: ObjectStore, { failures = 8, pause = 5_000, longestPause = 60_000, onChange }: BreakerOptions) {
    super(inner);
    this.breaker = circuitBreaker(handleType(StorageUnavailableError), {
      breaker: new ConsecutiveBreaker(failures),
      halfOpenAfter: new DelegateBackoff(({ attempt }) => {
        const next = Math.min(pause * 2 ** (attempt - 1), longestPause);
        this.nextTry = Date.now() + next;
        onChange?.(next);
        return next;
      }),
    });
    this.breaker.onReset(() => onChange?.(0));
  }

  protected override async call<T>(name: StoreCall, ask: () => Promise<T>): Promise<T> {
    // The breaker would have the others wait for the call that tries the store.
    if (this.breaker.state === CircuitState.HalfOpen) throw this.leftAlone(name);
    try {
      return await this.breaker.execute(ask);
    } catch (error) {
      throw isBrokenCircuitError(error) ? this.leftAlone(name) : error;
    }
  }

  private leftAlone(name: StoreCall): StorageUnavailableError {
    return new StorageUnavailableError(this.name, name, Math.max(0, this.nextTry - Date.now()));
  }
}

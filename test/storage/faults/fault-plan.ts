import type { Random } from '../../crash/random.ts';

/** What happens to a request on its way to the store. `at` is the share of a body after which it happens. */
export type Fault =
  /** The connection is reset before the store has seen anything of the request. */
  | { readonly kind: 'reset before' }
  /** The connection is reset in the middle of the request's body; the store sees its connection end, too. */
  | { readonly kind: 'reset in request'; readonly at: number }
  /** The store does what it is asked for, and the connection is reset before any of the answer comes. */
  | { readonly kind: 'lost answer' }
  | { readonly kind: 'reset in answer'; readonly at: number }
  /** The answer ends early, in order, as if that were all. */
  | { readonly kind: 'truncated answer'; readonly at: number }
  /** 503, of which the store knows nothing. */
  | { readonly kind: 'slow down' }
  /** 500, of which the store knows nothing. */
  | { readonly kind: 'error' }
  /** 500, after the store did what it was asked for. */
  | { readonly kind: 'late error' }
  /** No answer at all, until the client gives up. The store knows nothing of the request. */
  | { readonly kind: 'hang' }
  /** The store sees the request only after so many milliseconds. */
  | { readonly kind: 'latency'; readonly milliseconds: number };

export type FaultKind = Fault['kind'];

/** How many of each hundred requests have a fault of a kind. */
export type FaultRates = Readonly<Partial<Record<FaultKind, number>>>;

const MOST_LATENCY = 300;

/** Rates whose sum is `total`, for all kinds but hanging connections, which take long and are rare. */
export function evenRates(total: number): FaultRates {
  const kinds: readonly FaultKind[] = [
    'reset before',
    'reset in request',
    'lost answer',
    'reset in answer',
    'truncated answer',
    'slow down',
    'error',
    'late error',
    'latency',
  ];
  const hangs = total / 40;
  return { hang: hangs, ...Object.fromEntries(kinds.map((kind) => [kind, (total - hangs) / kinds.length])) };
}

/** Faults that follow from a seed alone, one request after the other. */
export class FaultPlan {
  readonly #random: Random;
  readonly #rates: readonly (readonly [FaultKind, number])[];

  constructor(random: Random, rates: FaultRates) {
    this.#random = random;
    this.#rates = Object.entries(rates) as [FaultKind, number][];
  }

  /** The fault of the next request; null for none. */
  next(): Fault | null {
    let drawn = this.#random.integer(0, 999_999) / 10_000;
    // Always the same number of draws, so that a changed rate does not change all that follows.
    const at = this.#random.integer(0, 99) / 100;
    for (const [kind, rate] of this.#rates) {
      if (drawn < rate) return faultOf(kind, at);
      drawn -= rate;
    }
    return null;
  }
}

function faultOf(kind: FaultKind, at: number): Fault {
  switch (kind) {
    case 'reset in request':
    case 'reset in answer':
    case 'truncated answer':
      return { kind, at };
    case 'latency':
      return { kind, milliseconds: Math.ceil(at * MOST_LATENCY) };
    default:
      return { kind };
  }
}

import { LRUCache } from 'lru-cache';

const SECOND = 1_000;
/** In this time as many failures are forgotten as are let through without a delay, in milliseconds. */
const FORGET = 300 * SECOND;
/** Characters of all keys that are kept. The one that did not fail for longest is forgotten. */
const MOST_CHARACTERS = 16 * 1024 ** 2;

interface Failures {
  /** How many there were, less those that were forgotten until `at`. */
  readonly level: number;
  readonly at: number;
  readonly blockedUntil: number;
}

/** Counts failures, and says how long to wait after each: not at all at first, and then twice as long each time. */
export class FailureMeter {
  private readonly failures = new LRUCache<string, Failures>({
    maxSize: MOST_CHARACTERS,
    sizeCalculation: (_, key) => key.length + 64,
  });

  /** `free` failures lead to no delay. No delay is longer than `longest` milliseconds. */
  constructor(
    private readonly free: number,
    private readonly longest: number,
  ) {}

  /** Milliseconds that are still to wait. */
  waitFor(key: string, now: number): number {
    const found = this.failures.get(key);
    return found ? Math.max(0, found.blockedUntil - now) : 0;
  }

  fail(key: string, now: number): void {
    const { level = 0, at = now } = this.failures.get(key) ?? {};
    const sum = Math.max(0, level - ((now - at) * this.free) / FORGET) + 1;
    const beyond = Math.round(sum) - this.free;
    const delay = beyond < 0 ? 0 : Math.min(this.longest, SECOND * 2 ** beyond);
    this.failures.set(key, { level: sum, at: now, blockedUntil: now + delay });
  }

  forget(key: string): void {
    this.failures.delete(key);
  }
}

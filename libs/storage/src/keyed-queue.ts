import { LockTimeoutError } from './storage-error.js';

/** How long a lock is waited for, in milliseconds, when the caller does not say. */
export const DEFAULT_WAIT = 30_000;

/** The longest time that a timer can be set to. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Runs one work per key at a time, in the order of asking. */
export class KeyedQueue {
  /** For each key that is taken, who waits for it. */
  private readonly waiting = new Map<string, (() => void)[]>();

  /** Runs `work` when it is its turn; rejects with `LockTimeoutError` when that takes more than `wait` milliseconds. */
  async run<T>(key: string, wait: number, work: () => Promise<T>): Promise<T> {
    await this.enter(key, wait);
    try {
      return await work();
    } finally {
      this.leave(key);
    }
  }

  private async enter(key: string, wait: number): Promise<void> {
    const queue = this.waiting.get(key);
    if (!queue) this.waiting.set(key, []);
    else await turnIn(queue, key, wait);
  }

  private leave(key: string): void {
    const next = this.waiting.get(key)?.shift();
    if (next) next();
    else this.waiting.delete(key);
  }
}

function turnIn(queue: (() => void)[], key: string, wait: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const takeTurn = () => {
      clearTimeout(timer);
      resolve();
    };
    const giveUp = () => {
      queue.splice(queue.indexOf(takeTurn), 1);
      reject(new LockTimeoutError(key, wait));
    };
    const timer = setTimeout(giveUp, Math.min(wait, LONGEST_TIMER));
    queue.push(takeTurn);
  });
}

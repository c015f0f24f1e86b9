import { availableParallelism } from 'node:os';

/**
 * Lets a few verifications run at a time. Each takes a processor for a tenth of a second and a thread of the pool, which
 * reads and writes files, too: the others wait in line, lest a flood of logins takes them all.
 */
export class VerificationQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** `atOnce` run, and `longest` more wait. */
  constructor(
    private readonly atOnce = Math.max(1, Math.floor(availableParallelism() / 2)),
    private readonly longest = 1_000,
  ) {}

  /** Whether the next one would wait longer than its client does. */
  get isFull(): boolean {
    return this.waiting.length >= this.longest;
  }

  async run<T>(verification: () => Promise<T>): Promise<T> {
    if (this.running === this.atOnce) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    try {
      return await verification();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}

/** Lets a few verifications of passwords run at a time, lest a flood of logins takes all that others need, too. */
export class VerificationQueue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** `atOnce` run, and `longest` more wait. */
  constructor(
    private readonly atOnce: number,
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

/** Lets a few of each key run at a time; others wait for their turn, in the order in which they came. */
export class Turns {
  private readonly running = new Map<string, number>();
  private readonly waiting = new Map<string, (() => void)[]>();
  private waitingCount = 0;

  /** `atOnce` of one key run, `longest` of one key wait, and `most` of all keys. */
  constructor(
    private readonly atOnce: number,
    private readonly longest: number,
    private readonly most: number,
  ) {}

  /** Whether one more would wait behind too many. */
  isFull(key: string): boolean {
    const isBusy = (this.running.get(key) ?? 0) >= this.atOnce;
    return isBusy && (this.waitingCount >= this.most || (this.waiting.get(key)?.length ?? 0) >= this.longest);
  }

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.running.get(key) ?? 0;
    if (running >= this.atOnce) await this.turnOf(key);
    else this.running.set(key, running + 1);
    try {
      return await work();
    } finally {
      this.passOn(key);
    }
  }

  private turnOf(key: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const queue = this.waiting.get(key);
    if (queue) queue.push(resolve);
    else this.waiting.set(key, [resolve]);
    this.waitingCount++;
    return promise;
  }

  private passOn(key: string): void {
    const queue = this.waiting.get(key);
    const next = queue?.shift();
    if (queue?.length === 0) this.waiting.delete(key);
    if (next) {
      this.waitingCount--;
      next();
      return;
    }
    const running = (this.running.get(key) ?? 0) - 1;
    if (running > 0) this.running.set(key, running);
    else this.running.delete(key);
  }
}

/** Counts named checks and prints one line for each. */
export class Report {
  #passed = 0;
  #failed = 0;
  #skipped = 0;
  readonly #failures: string[] = [];

  /** Runs one check; a thrown error is its failure. Returns whether it passed. */
  async check(name: string, prove: () => Promise<void>): Promise<boolean> {
    const start = performance.now();
    const seconds = () => ((performance.now() - start) / 1000).toFixed(1);
    try {
      await prove();
      this.#passed += 1;
      console.log(`ok    ${name} (${seconds()} s)`);
      return true;
    } catch (error) {
      this.#failed += 1;
      this.#failures.push(name);
      console.log(`FAIL  ${name} (${seconds()} s)\n${indent(describeError(error))}`);
      return false;
    }
  }

  /** Runs a group of checks; an error that no check of it caught is one more failure. */
  async group(name: string, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      await this.check(name, () => Promise.reject(error));
    }
  }

  skip(name: string, reason: string): void {
    this.#skipped += 1;
    console.log(`skip  ${name}: ${reason}`);
  }

  /** Prints the totals; the last line is `N passed, N failed`, with `, N skipped` where there are any. */
  finish(): boolean {
    if (this.#failures.length > 0) console.log(`\nfailed:\n${indent(this.#failures.join('\n'))}`);
    const skipped = this.#skipped === 0 ? '' : `, ${this.#skipped} skipped`;
    console.log(`\n${this.#passed} passed, ${this.#failed} failed${skipped}`);
    return this.#failed === 0 && this.#passed > 0;
  }
}

function describeError(error: unknown): string {
  if (error instanceof AggregateError) return [error.message, ...error.errors.map(describeError)].join('\n');
  return error instanceof Error ? error.message : String(error);
}

function indent(text: string): string {
  return text.replace(/^/gm, '      ');
}

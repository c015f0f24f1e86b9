/** Counts what was looked at, by the rule that must hold. */
export class Checks {
  readonly #counts = new Map<string, { held: number; broken: string[] }>();

  /** Notes one case of `rule`; `found` says what was there instead. */
  expect(rule: string, holds: boolean, found: () => string): void {
    const count = this.#counts.get(rule) ?? { held: 0, broken: [] };
    this.#counts.set(rule, count);
    if (holds) {
      count.held += 1;
      return;
    }
    count.broken.push(found());
    console.log(`  BROKEN: ${rule}: ${count.broken.at(-1)}`);
  }

  /** Prints each rule and the closing line; returns whether every rule held, and at least one was looked at. */
  report(): boolean {
    let failed = 0;
    for (const [rule, { held, broken }] of this.#counts) {
      if (broken.length > 0) failed += 1;
      console.log(`${broken.length === 0 ? 'ok  ' : 'FAIL'} ${rule} (${held} of ${held + broken.length})`);
    }
    const passed = this.#counts.size - failed;
    console.log(`${passed} passed, ${failed} failed`);
    return failed === 0 && passed > 0;
  }
}

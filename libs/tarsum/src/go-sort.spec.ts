import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { insertionSort, quickSort } from './go-sort.js';

describe.each([
  ['insertionSort', insertionSort],
  ['quickSort', quickSort],
])('%s', (_, sort) => {
  it('sorts what has an order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 200 }), (numbers) => {
        const sorted = [...numbers];
        sort(sorted, (a, b) => a < b);
        expect(sorted).toEqual(numbers.toSorted((a, b) => a - b));
      }),
    );
  });

  it('ends with the same items whatever it is told of them', () => {
    fc.assert(
      fc.property(fc.nat({ max: 100 }), fc.infiniteStream(fc.boolean()), (length, answers) => {
        const items = Array.from({ length }, (_, i) => i);
        const sorted = [...items];
        sort(sorted, () => answers.next().value);
        expect(sorted.toSorted((a, b) => a - b)).toEqual(items);
      }),
    );
  });
});

describe('quickSort', () => {
  it('takes n log n comparisons on the input that is worst for it', () => {
    const length = 20_000;
    const adversary = new Adversary(length);
    const sorted = Array.from({ length }, (_, i) => i);
    quickSort(sorted, (a, b) => adversary.isLess(a, b));
    const values = sorted.map((item) => adversary.valueOf(item));
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(adversary.comparisons).toBeLessThan(10 * length * Math.log2(length));
  });
});

/** Decides on the values of items while they are compared, so that each pivot is of no use (McIlroy, 1999). */
class Adversary {
  comparisons = 0;
  readonly #values: number[];
  readonly #open: number;
  #decided = 0;
  #candidate = 0;

  constructor(length: number) {
    this.#open = length;
    this.#values = Array<number>(length).fill(length);
  }

  isLess(a: number, b: number): boolean {
    this.comparisons++;
    if (this.valueOf(a) === this.#open && this.valueOf(b) === this.#open) {
      this.#values[a === this.#candidate ? a : b] = this.#decided++;
    }
    if (this.valueOf(a) === this.#open) this.#candidate = a;
    else if (this.valueOf(b) === this.#open) this.#candidate = b;
    return this.valueOf(a) < this.valueOf(b);
  }

  valueOf(item: number): number {
    return this.#values[item] ?? this.#open;
  }
}

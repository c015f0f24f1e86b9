import { type Cipheriv, createCipheriv, createHash } from 'node:crypto';

/** Random choices and content that follow from a seed alone. */
export class Random {
  readonly #seed: string;
  readonly #stream: Cipheriv;

  constructor(seed: string) {
    this.#seed = seed;
    const key = createHash('sha256').update(seed).digest();
    this.#stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  }

  /** An independent source for a part of the test, the same on every run. */
  fork(part: string | number): Random {
    return new Random(`${this.#seed}/${part}`);
  }

  bytes(size: number): Buffer {
    return this.#stream.update(Buffer.alloc(size));
  }

  /** An integer from `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor((this.bytes(4).readUInt32BE() / 2 ** 32) * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.integer(1, 1_000_000) <= probability * 1_000_000;
  }

  pick<T>(from: readonly T[]): T {
    const chosen = from[this.integer(0, from.length - 1)];
    if (chosen === undefined) throw new Error('there is nothing to pick from');
    return chosen;
  }
}

import { createHash, type Hash } from 'node:crypto';
import type { HashAlgorithm } from './hash-algorithm.js';
import type { HashEngine } from './hash-engine.js';
import type { ResumableHash } from './resumable-hash.js';

/** Hashes with node:crypto: as fast, but its state is out of reach. */
export const nodeEngine: HashEngine = {
  resumable: false,
  create: (algorithm) => new NodeHash(algorithm),
  restore: () => null,
};

class NodeHash implements ResumableHash {
  readonly algorithm: HashAlgorithm;
  readonly #hash: Hash;
  #length = 0;

  constructor(algorithm: HashAlgorithm) {
    this.algorithm = algorithm;
    this.#hash = createHash(algorithm);
  }

  get length(): number {
    return this.#length;
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#length += chunk.length;
  }

  /** The hash of node:crypto has no other thread. */
  async updateAside(chunk: Uint8Array): Promise<void> {
    this.update(chunk);
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  save(): null {
    return null;
  }
}

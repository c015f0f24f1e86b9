import type { HashAlgorithm } from './hash-algorithm.js';
import type { ResumableHash } from './resumable-hash.js';

/** A way to hash. */
export interface HashEngine {
  /** Whether its hashes can be saved and restored. */
  readonly resumable: boolean;
  create(algorithm: HashAlgorithm): ResumableHash;
  /** Goes on from a saved state; null where it cannot be one of `algorithm`, or where the engine is not resumable. */
  restore(algorithm: HashAlgorithm, state: Uint8Array): ResumableHash | null;
}

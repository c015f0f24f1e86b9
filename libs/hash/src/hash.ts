import { chooseEngine } from './choose-engine.js';
import type { HashAlgorithm } from './hash-algorithm.js';
import type { HashEngine } from './hash-engine.js';
import type { ResumableHash } from './resumable-hash.js';

let chosen: HashEngine | undefined;

/** A hash of nothing yet. */
export function createHash(algorithm: HashAlgorithm): ResumableHash {
  return engine().create(algorithm);
}

/**
 * Goes on from what `save` returned, here or in Go's standard library. Null where `state` cannot be a state of
 * `algorithm` or the platform cannot restore one: then the content has to be hashed again from its beginning.
 */
export function restoreHash(algorithm: HashAlgorithm, state: Uint8Array): ResumableHash | null {
  return engine().restore(algorithm, state);
}

/** Whether hashes can be saved and restored on this platform. Where not, they are as fast and `save` returns null. */
export function isResumable(): boolean {
  return engine().resumable;
}

/** Chosen on first use, because it loads a native module and tests it. */
function engine(): HashEngine {
  chosen ??= chooseEngine();
  return chosen;
}

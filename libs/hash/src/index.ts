export { createHash, isResumable, restoreHash } from './hash.js';
export { type HashAlgorithm, isHashAlgorithm } from './hash-algorithm.js';
export type { ResumableHash } from './resumable-hash.js';

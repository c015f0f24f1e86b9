import type { HashAlgorithm } from './hash-algorithm.js';

/**
 * A hash over content that arrives in chunks, whose state between two chunks can be kept and taken up again, in another
 * process too.
 */
export interface ResumableHash {
  readonly algorithm: HashAlgorithm;

  /** Bytes hashed so far, those before a restored state included. */
  readonly length: number;

  /** Adds `chunk`, synchronously: its memory may be reused afterwards. */
  update(chunk: Uint8Array): void;

  /**
   * Adds `chunk` in another thread, where that is possible and the chunk large enough to be worth it. Until it resolves,
   * neither the chunk nor the hash may be used for anything else.
   */
  updateAside(chunk: Uint8Array): Promise<void>;

  /** The hash of all so far, in lower-case hexadecimal digits. More may be added afterwards. */
  digest(): string;

  /**
   * The state in the form of Go's standard library, which is what Distribution stores with an upload (108 bytes for
   * sha256, 204 for sha512); null where the platform gives no access to it.
   */
  save(): Buffer | null;
}

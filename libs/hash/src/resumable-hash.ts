/**
 * A hash over content that arrives in chunks, whose state between two chunks can be kept and taken up again, in another
 * process too.
 */
export interface ResumableHash {
  readonly algorithm: string;

  /** Bytes hashed so far, those before a restored state included. */
  readonly length: number;

  update(chunk: Uint8Array): void;

  /** The hash of all so far, in lower-case hexadecimal digits. More may be added afterwards. */
  digest(): string;

  /**
   * The state in the form of Go's standard library, which is what Distribution stores with an upload; null where the
   * platform gives no access to it.
   */
  save(): Buffer | null;
}

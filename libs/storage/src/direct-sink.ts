import type { Writable } from 'node:stream';

/** What a stream has under this name tells how to write to its socket without it. */
export const DIRECT_OUTPUT = Symbol('direct output');

/** The socket that a stream writes to. */
export interface DirectOutput {
  /**
   * The descriptor of the socket, when all that was written to the stream is with the operating system, and bytes that go
   * there now come next; null otherwise, and where nothing but the stream may write.
   */
  descriptor(): number | null;
  /** Takes note of so many bytes that went there. */
  passed(bytes: number): void;
}

export function directOutputOf(sink: Writable): DirectOutput | null {
  return (sink as Writable & { readonly [DIRECT_OUTPUT]?: DirectOutput })[DIRECT_OUTPUT] ?? null;
}

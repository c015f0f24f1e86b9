import type { Readable } from 'node:stream';

/** What a stream has under this name tells how to read from its socket without it. */
export const DIRECT_INPUT = Symbol('direct input');

/** The socket that a stream reads from. */
export interface DirectInput {
  /**
   * The descriptor of the socket, when all that was read from it was taken from the stream, and the bytes that come there
   * now are the next; null otherwise, and where nothing but the stream may read.
   */
  descriptor(): number | null;
  /** How many bytes of the stream are still to come there. */
  missing(): number;
  /** Takes note of so many bytes that were read there. From then on the stream itself reads nothing before `wait`. */
  passed(bytes: number): void;
  /** Has the stream read a little as soon as there is something. */
  wait(): void;
}

export function directInputOf(source: Readable): DirectInput | null {
  return (source as Readable & { readonly [DIRECT_INPUT]?: DirectInput })[DIRECT_INPUT] ?? null;
}

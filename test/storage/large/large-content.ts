import { createCipheriv, createHash } from 'node:crypto';

const BLOCK = 1024 ** 2;

/** So many bytes of which no two MiB are alike, so that whoever mixes them up is found out; made while they are sent. */
export class LargeContent {
  readonly size: number;
  readonly #hash = createHash('sha256');
  readonly #block = createCipheriv('aes-256-ctr', Buffer.alloc(32), Buffer.alloc(16)).update(Buffer.alloc(BLOCK));

  constructor(size: number) {
    this.size = size;
  }

  /** Bytes from `start`, a multiple of a MiB, up to and without `end`. Until the digest is asked for, each once and in order. */
  *blocks(start: number, end: number): Generator<Buffer> {
    for (let offset = start; offset < end; offset += BLOCK) {
      // Each is another piece of memory, as the socket may not have sent the one before.
      const block = Buffer.from(this.#block.subarray(0, Math.min(BLOCK, end - offset)));
      if (block.length >= 8) block.writeDoubleBE(offset);
      this.#hash.update(block);
      yield block;
    }
  }

  /** Of all that `blocks` gave. */
  digest(): string {
    return `sha256:${this.#hash.copy().digest('hex')}`;
  }
}

import { createCipheriv, createHash } from 'node:crypto';

/** A blob, or a manifest, that is pushed. */
export interface Content {
  readonly digest: string;
  readonly body: Buffer;
}

/** A blob that is too large to be kept whole. */
export interface LargeContent {
  readonly digest: string;
  readonly size: number;
  blocks(): Generator<Buffer>;
}

/** Large enough to cost few calls, small enough to stay in a cache of the processor. */
const BLOCK_SIZE = 1024 ** 2;
const LABEL_SIZE = 64;

export function contentOf(body: Buffer): Content {
  return { body, digest: digestOf(body) };
}

/** Bytes that look random, and are the same for the same label. */
export function smallContent(label: string, size: number): Content {
  return contentOf(randomBytes(label, size));
}

/**
 * Content of `size` bytes for each label, all of it the same except the last bytes, so that one pass over the bytes
 * gives all digests.
 */
export function largeContents(labels: readonly string[], size: number): LargeContent[] {
  const block = randomBytes('large', BLOCK_SIZE);
  const shared = createHash('sha256');
  for (const piece of blocksOf(block, size - LABEL_SIZE)) shared.update(piece);
  return labels.map((label) => {
    const end = randomBytes(label, LABEL_SIZE);
    return {
      size,
      digest: `sha256:${shared.copy().update(end).digest('hex')}`,
      *blocks() {
        yield* blocksOf(block, size - LABEL_SIZE);
        yield end;
      },
    };
  });
}

function digestOf(body: Uint8Array): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

function* blocksOf(block: Buffer, size: number): Generator<Buffer> {
  for (let left = size; left > 0; left -= block.length) yield left < block.length ? block.subarray(0, left) : block;
}

function randomBytes(label: string, size: number): Buffer {
  const key = createHash('sha256').update(label).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

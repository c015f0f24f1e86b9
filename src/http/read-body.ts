import type { Readable } from 'node:stream';
import { OciError } from '#libs/oci';

/** Reads a whole request body. Throws `SIZE_INVALID` with status 413 as soon as it passes `limit` bytes. */
export async function readBody(body: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) {
      throw new OciError('SIZE_INVALID', { limit }, { status: 413, message: 'the body is larger than the limit' });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

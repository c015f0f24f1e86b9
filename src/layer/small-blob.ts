import { OciError } from '#libs/oci';
import type { Content } from './content.js';

/** A blob of at most so many bytes is held in memory until it is stored: as many as a socket brings at a time. */
export const SMALL_BLOB = 64 * 1024;

/** Reads content that is said to have `length` bytes. Throws `SIZE_INVALID` when it has more or less. */
export async function readWhole(content: Content, length: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let received = 0;
  for await (const chunk of content) {
    received += chunk.length;
    if (received > length) break;
    chunks.push(chunk);
  }
  if (received !== length) throw new OciError('SIZE_INVALID', { length, received });
  return Buffer.concat(chunks);
}

import { availableParallelism } from 'node:os';
import { type ContentRange, OciError } from '#libs/oci';
import { type FileWriter, Turnstile } from '#libs/storage';
import type { Content } from './content.js';
import type { ContentHash } from './content-hashes.js';

/** More threads at once would take the processors from the main thread, which everybody waits for. */
const HASHING = new Turnstile(availableParallelism());

/** Writes content as it comes, and adds it to the hashes. Throws `SIZE_INVALID` when it is not as long as `range`. */
export async function pump(
  content: Content,
  writer: FileWriter,
  hashes: readonly ContentHash[],
  range: ContentRange | undefined,
): Promise<void> {
  const expected = range && range.end - range.start + 1;
  let received = 0;
  for await (const chunk of content) {
    received += chunk.length;
    if (expected !== undefined && received > expected) break;
    const add = content.isReused ? addAside : addAtOnce;
    await Promise.all([writeChunk(writer, chunk, content.isReused), ...hashes.map((hash) => add(hash, chunk))]);
  }
  requireLength(range, received);
}

/** Throws `SIZE_INVALID` when what came is not as long as `range`. */
export function requireLength(range: ContentRange | undefined, received: number): void {
  if (range === undefined || received === range.end - range.start + 1) return;
  throw new OciError('SIZE_INVALID', { range, received });
}

async function writeChunk(writer: FileWriter, chunk: Uint8Array, isReused = false): Promise<void> {
  await writer.write(chunk);
  if (isReused) await writer.flush();
}

async function addAtOnce(hash: ContentHash, chunk: Uint8Array): Promise<void> {
  hash.update(chunk);
}

/** What is received into buffers that are used again comes in large pieces, which are worth a thread. */
async function addAside(hash: ContentHash, chunk: Uint8Array): Promise<void> {
  if (hash.updateAside) await HASHING.pass(async () => hash.updateAside?.(chunk));
  else hash.update(chunk);
}

import type { Readable } from 'node:stream';
import { TruncatedFileError } from '#libs/storage';
import type { OpenObject } from './object-store.js';

/** The content of an object that was opened from `start` up to `end`. Rejects with `TruncatedFileError` where it is less. */
export async function contentOf({ info, content }: OpenObject, start = 0, end = info.size): Promise<Buffer> {
  const bytes = await bytesOf(content);
  if (bytes.length < end - start) throw new TruncatedFileError(info.key, end, start + bytes.length);
  return bytes;
}

/** All bytes of a stream. That of `node:stream/consumers` takes a way over a `Blob`, which costs more than small content. */
export function bytesOf(stream: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('the stream was closed before its end')));
  });
}

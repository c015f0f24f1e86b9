import { closeSync, createReadStream, fstatSync } from 'node:fs';
import { Readable } from 'node:stream';
import { PathNotFoundError } from '../storage-error.js';
import { openFile, READ } from './descriptor.js';

/** Larger reads are hardly faster, and a slow client holds two of them in memory. */
const CHUNK_BYTES = 256 * 1024;

/** The bytes of `file`, which is called `path`, from `offset` on. The stream closes it when it ends or is destroyed. */
export async function openReader(file: string, path: string, offset: number, length: number): Promise<Readable> {
  const fd = await openFile(file, READ);
  const found = fstatSync(fd);
  const end = Math.min(found.size, offset + length);
  if (found.isFile() && offset < end) {
    return createReadStream(file, { fd, start: offset, end: end - 1, highWaterMark: CHUNK_BYTES });
  }
  closeSync(fd);
  if (!found.isFile()) throw new PathNotFoundError(path);
  return Readable.from([], { objectMode: false });
}

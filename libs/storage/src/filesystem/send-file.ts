import { fstatSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { Outlet } from '../outlet.js';
import { PathNotFoundError, TruncatedFileError } from '../storage-error.js';
import { BufferPool } from './buffer-pool.js';
import { readInto } from './descriptor.js';

const KIB = 1024;
const BUFFERS = new BufferPool({ size: 512 * KIB, limit: 64, kept: 8, smallSize: 64 * KIB });

/** What is to be sent of a file: the bytes from `start` up to `end`. */
interface Section {
  readonly fd: number;
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** Hands over the open file, which is called `path`, as `StorageDriver.send` says. */
export async function sendFile(
  fd: number,
  path: string,
  sink: Writable,
  offset: number,
  length: number | undefined,
): Promise<void> {
  const found = fstatSync(fd);
  if (!found.isFile()) throw new PathNotFoundError(path);
  const end = length === undefined ? found.size : offset + length;
  if (length && end > found.size) throw new TruncatedFileError(path, end, found.size);
  const outlet = new Outlet(sink, path);
  try {
    await pump({ fd, path, start: offset, end }, outlet);
  } finally {
    outlet.release();
  }
}

async function pump(section: Section, outlet: Outlet): Promise<void> {
  for (let position = section.start; position < section.end; ) {
    const buffer = BUFFERS.take();
    const bytes = await fill(buffer, section, position);
    await handOver(buffer, bytes, outlet);
    position += bytes;
  }
}

async function fill(buffer: Buffer, { fd, path, end }: Section, position: number): Promise<number> {
  try {
    const { bytesRead } = await readInto(fd, buffer, 0, Math.min(buffer.length, end - position), position);
    if (bytesRead === 0) throw new TruncatedFileError(path, end, position);
    return bytesRead;
  } catch (error) {
    BUFFERS.give(buffer);
    throw error;
  }
}

async function handOver(buffer: Buffer, bytes: number, outlet: Outlet): Promise<void> {
  try {
    await outlet.write(buffer.subarray(0, bytes));
  } catch (error) {
    BUFFERS.forget(buffer);
    throw error;
  }
  BUFFERS.give(buffer);
}

import { fstatSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { directOutputOf } from '../direct-sink.js';
import { Outlet } from '../outlet.js';
import { PathNotFoundError, TruncatedFileError } from '../storage-error.js';
import { BufferPool } from './buffer-pool.js';
import { readInto } from './descriptor.js';
import type { Linux } from './linux.js';
import { Passage } from './passage.js';

const KIB = 1024;

/**
 * 32 MiB for all files that are sent, and less than that for each beyond the 64th. Smaller reads take more time for each
 * byte, larger ones hardly less.
 */
const BUFFERS = new BufferPool({ size: 512 * KIB, limit: 64, kept: 8, smallSize: 64 * KIB });

/**
 * Reading ahead makes use of a processor that would be idle, which is when one file is sent; where there are more, each is
 * read while others are sent, and the fewer buffers there are the more of them stay in the processor's cache.
 */
const READ_AHEAD_BELOW = 2;

/** For what waits for room in a socket while the rest of its file goes there inside the operating system. */
const WAITING = new BufferPool({ size: 64 * KIB, limit: 1024, kept: 16, smallSize: 16 * KIB });

/** What is to be sent of a file: the bytes from `start` up to `end`. */
interface Section {
  readonly fd: number;
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** What was read: so many bytes at the beginning of a buffer of the pool. */
interface Chunk {
  readonly buffer: Buffer;
  readonly size: number;
}

/** Hands over the open file, which is called `path`, as `StorageDriver.send` says. */
export async function sendFile(
  fd: number,
  path: string,
  sink: Writable,
  offset: number,
  length: number | undefined,
  linux: Linux | null,
): Promise<void> {
  const found = fstatSync(fd);
  if (!found.isFile()) throw new PathNotFoundError(path);
  const end = length === undefined ? found.size : offset + length;
  if (length && end > found.size) throw new TruncatedFileError(path, end, found.size);
  const outlet = new Outlet(sink, path);
  const output = linux && directOutputOf(sink);
  const passage = output && new Passage(linux, output);
  const section = { fd, path, start: offset, end };
  try {
    if (passage) await pumpThrough(passage, section, outlet);
    else await pump(section, outlet);
  } finally {
    passage?.close();
    outlet.release();
  }
}

/**
 * What the socket does not take at once goes by way of the stream, which waits for room there, and tells when there will
 * never be any.
 */
async function pumpThrough(passage: Passage, section: Section, outlet: Outlet): Promise<void> {
  const { fd, end } = section;
  for (let position = section.start; position < end; ) {
    const passed = outlet.isOpen ? await passage.send(fd, position, end) : 0;
    position += passed;
    if (passed > 0) continue;
    const chunk = await read(section, position, WAITING);
    position += chunk.size;
    await handOver(chunk, outlet, WAITING);
  }
}

/** While the sink is busy with one chunk, the next is read, where no other file is sent. */
async function pump(section: Section, outlet: Outlet): Promise<void> {
  let ahead: Promise<Chunk> | null = null;
  try {
    for (let position = section.start; position < section.end; ) {
      const chunk: Chunk = await (ahead ?? read(section, position, BUFFERS));
      position += chunk.size;
      const isAhead = position < section.end && BUFFERS.inUse < READ_AHEAD_BELOW;
      ahead = isAhead ? read(section, position, BUFFERS) : null;
      // Whether it fails is asked in the next round; until then it is nobody's.
      ahead?.catch(() => undefined);
      await handOver(chunk, outlet, BUFFERS);
    }
  } catch (error) {
    await giveBack(ahead);
    throw error;
  }
}

async function giveBack(ahead: Promise<Chunk> | null): Promise<void> {
  const chunk = await ahead?.catch(() => null);
  if (chunk) BUFFERS.give(chunk.buffer);
}

/** Nobody uses the buffer of a read that rejects. */
async function read({ fd, path, end }: Section, position: number, buffers: BufferPool): Promise<Chunk> {
  const buffer = buffers.take();
  try {
    const { bytesRead } = await readInto(fd, buffer, 0, Math.min(buffer.length, end - position), position);
    if (bytesRead === 0) throw new TruncatedFileError(path, end, position);
    return { buffer, size: bytesRead };
  } catch (error) {
    buffers.give(buffer);
    throw error;
  }
}

async function handOver({ buffer, size }: Chunk, outlet: Outlet, buffers: BufferPool): Promise<void> {
  try {
    await outlet.write(buffer.subarray(0, size));
  } catch (error) {
    buffers.forget(buffer);
    throw error;
  }
  buffers.give(buffer);
}

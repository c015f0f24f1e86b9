import { close, closeSync, constants, fdatasync, fsync, ftruncate, open, read, writev } from 'node:fs';
import { promisify } from 'node:util';

/**
 * Files by descriptor: for a small file, which is what most requests read, the promises of `node:fs/promises` take twice
 * the time.
 */
export const openFile = promisify(open);
export const syncFile = promisify(fsync);
export const syncData = promisify(fdatasync);
export const truncateFile = promisify(ftruncate);
export const readInto = promisify(read);
const closeAsync = promisify(close);
const writeFrom = promisify(writev);

const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = constants;
/** Windows has none. */
const NOFOLLOW = constants.O_NOFOLLOW ?? 0;

/** How a file is opened. A symbolic link in its place is an error (`ELOOP`, or `EEXIST` for a new file). */
export const READ = O_RDONLY | NOFOLLOW;
export const WRITE = O_WRONLY | NOFOLLOW;
export const READ_WRITE = O_RDWR | NOFOLLOW;
export const CREATE = WRITE | O_CREAT;
export const CREATE_NEW = CREATE | O_EXCL;

/** Runs `work` on a file that was opened for reading, and closes it. */
export async function withDescriptor<T>(opening: Promise<number>, work: (fd: number) => T | Promise<T>): Promise<T> {
  const fd = await opening;
  try {
    return await work(fd);
  } finally {
    // Nothing waits to be written, so closing does no I/O and needs no thread.
    closeSync(fd);
  }
}

/** Closes a file that was written to. */
export function closeFile(fd: number): Promise<void> {
  return closeAsync(fd);
}

/** The first `size` bytes of the file, or all where it is shorter. */
export async function readUpTo(fd: number, size: number): Promise<Buffer> {
  const content = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const { bytesRead } = await readInto(fd, content, filled, size - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return content.subarray(0, filled);
}

/** Writes all the chunks at `position`. The operating system may take them in several steps. */
export async function writeFully(fd: number, chunks: readonly Uint8Array[], position: number): Promise<void> {
  let rest = chunks;
  for (let at = position; rest.length > 0; ) {
    const { bytesWritten } = await writeFrom(fd, rest, at);
    at += bytesWritten;
    rest = dropBytes(rest, bytesWritten);
  }
}

function dropBytes(chunks: readonly Uint8Array[], count: number): Uint8Array[] {
  let left = count;
  const index = chunks.findIndex((chunk) => {
    if (chunk.length > left) return true;
    left -= chunk.length;
    return false;
  });
  return index === -1 ? [] : chunks.slice(index).map((chunk, i) => (i === 0 ? chunk.subarray(left) : chunk));
}

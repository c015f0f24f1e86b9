import { promisify } from 'node:util';

/** What Linux does for files and Node does not ask of it. */
export interface Linux {
  /** Copies up to `size` bytes from `position` of the file to a socket; resolves with how many, -1 where none could be. */
  copy(socket: number, file: number, position: number, size: number): Promise<number>;
  /** Another descriptor of the same socket, which stays this socket whatever becomes of the first; -1 where there is none. */
  duplicate(socket: number): number;
  /** Begins to write a part of a file to the disk. That makes nothing durable, and does not fail. */
  beginWriteback(file: number, position: number, size: number): Promise<void>;
}

/** From `linux/fs.h`. */
const SYNC_FILE_RANGE_WRITE = 2;

/** Less than a half of what koffi takes at a time. */
const MOST_CALLS = 100;

/** What the calls under way write to. Koffi keeps the addresses only, and the memory has to outlive the call. */
const inUse = new Set<BigInt64Array>();

/** `sendfile(2)`, `dup(2)` and `sync_file_range(2)`; null elsewhere, and where koffi has no build for this machine. */
export async function loadLinux(): Promise<Linux | null> {
  if (process.platform !== 'linux') return null;
  try {
    const { default: koffi } = await import('koffi');
    const system = koffi.load(null);
    const sendfile = promisify(system.func('intptr_t sendfile64(int out, int in, void *offset, size_t count)').async);
    const duplicate = system.func('int dup(int fd)');
    const syncRange = promisify(
      system.func('int sync_file_range(int file, int64_t offset, int64_t size, unsigned int flags)').async,
    );
    return {
      copy: async (socket, file, position, size) => {
        if (inUse.size === MOST_CALLS) return -1;
        const offset = BigInt64Array.of(BigInt(position));
        inUse.add(offset);
        try {
          return Number(await sendfile(socket, file, offset, size));
        } finally {
          inUse.delete(offset);
        }
      },
      duplicate: (socket) => duplicate(socket),
      beginWriteback: async (file, position, size) => {
        // Some file systems have no such thing, and what fails is told by the sync in the end.
        await syncRange(file, position, size, SYNC_FILE_RANGE_WRITE).catch(() => undefined);
      },
    };
  } catch {
    return null;
  }
}

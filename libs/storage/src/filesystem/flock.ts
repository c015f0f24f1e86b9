import { constants } from 'node:os';
import { getSystemErrorMessage, getSystemErrorName } from 'node:util';

/** From `sys/file.h`, the same on Linux, macOS and the BSDs. */
const LOCK_EX = 2;
const LOCK_NB = 4;

/** Locks the open file unless somebody else holds it; the lock ends with the descriptor. Whether it is locked now. */
export type TryLock = (fd: number) => boolean;

/** `flock(2)`, or null where there is none (Windows) or where koffi has no build for this machine. */
export async function loadFlock(): Promise<TryLock | null> {
  try {
    const { default: koffi } = await import('koffi');
    const flock = koffi.load(null).func('int flock(int fd, int operation)');
    return (fd) => flock(fd, LOCK_EX | LOCK_NB) === 0 || failed(koffi.errno());
  } catch {
    return null;
  }
}

/** Returns false where the lock is held, throws where it cannot be. */
function failed(errno: number): false {
  if (errno === constants.errno.EWOULDBLOCK || errno === constants.errno.EINTR) return false;
  throw new Error(`flock: ${getSystemErrorName(-errno)}: ${getSystemErrorMessage(-errno)}`);
}

import { closeSync, fstatSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CREATE, openFile } from './descriptor.js';
import { FILE_MODE } from './durable-file.js';
import { removeEntry } from './entry.js';
import { codeOf } from './errno.js';
import type { TryLock } from './flock.js';

/** Milliseconds between two attempts: the first pause, and the longest after doubling. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 25;

/**
 * Creates and locks `file`, waiting for whoever has it until `deadline` (of `performance.now()`). Resolves with its
 * descriptor, or with null when the time is over.
 *
 * The holder deletes the file before it lets go. Who waited for it then holds a file that nobody else can find any more,
 * and has to begin again with the one that lies there now.
 */
export async function acquireLockFile(tryLock: TryLock, file: string, deadline: number): Promise<number | null> {
  for (;;) {
    const fd = await openLockFile(file);
    let outcome: Outcome | 'failed' = 'failed';
    try {
      outcome = await attempt(tryLock, fd, file, deadline);
    } finally {
      if (outcome !== 'held') closeSync(fd);
    }
    if (outcome === 'held') return fd;
    if (outcome === 'late') return null;
  }
}

/** Ends a lock of `acquireLockFile`. */
export async function releaseLockFile(fd: number, file: string): Promise<void> {
  try {
    // A file that cannot be deleted is no harm: the next holder finds and locks the same one.
    await removeEntry(file).catch(() => {});
  } finally {
    closeSync(fd);
  }
}

type Outcome = 'held' | 'late' | 'deleted';

async function attempt(tryLock: TryLock, fd: number, file: string, deadline: number): Promise<Outcome> {
  if (!(await waitForLock(tryLock, fd, deadline))) return 'late';
  return liesAt(file, fd) ? 'held' : 'deleted';
}

async function waitForLock(tryLock: TryLock, fd: number, deadline: number): Promise<boolean> {
  for (let pause = FIRST_PAUSE; !tryLock(fd); pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const left = deadline - performance.now();
    if (left <= 0) return false;
    await setTimeout(Math.min(pause, left));
  }
  return true;
}

/** The file was just opened, so that the operating system knows what lies there: asking needs no thread. */
function liesAt(file: string, fd: number): boolean {
  const held = fstatSync(fd, { bigint: true });
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found?.ino === held.ino && found.dev === held.dev;
}

async function openLockFile(file: string): Promise<number> {
  try {
    return await openFile(file, CREATE, FILE_MODE);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  await mkdir(dirname(file), { recursive: true });
  return openFile(file, CREATE, FILE_MODE);
}

import { closeSync, fstatSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CHANGE_COUNTERS, ChangeCounters } from '../change-counters.js';
import type { LockManager } from '../lock-manager.js';
import { pathOf } from '../path-mapper.js';
import { READ_WRITE } from './descriptor.js';
import { replaceFile } from './durable-file.js';
import { codeOf } from './errno.js';
import { temporaryName } from './temporary-name.js';

const BYTES = CHANGE_COUNTERS * Int32Array.BYTES_PER_ELEMENT;

/** What tells that nothing may be written; `ENOENT` comes from making several folders on a read-only file system. */
const READ_ONLY = new Set(['EROFS', 'EACCES', 'EPERM', 'ENOENT']);

/** From `sys/mman.h`, the same on Linux, macOS and the BSDs. */
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = 2n ** 64n - 1n;

/**
 * The counters of all processes of this machine on the storage in the folder `root`, in a file that is mapped into each;
 * null where the platform cannot map one, or where this process may not write, so that it changes nothing either. Atomic
 * operations on the mapped memory are atomic among processes. The file is no durable state, a new machine may begin with
 * any numbers; but nobody may delete it, or make it shorter, while a process has it.
 */
export async function openSharedCounters(root: string, locks: LockManager): Promise<ChangeCounters | null> {
  const map = await loadMap();
  if (!map) return null;
  const fd = await openUnlessReadOnly(join(root, pathOf.changeCounters(CHANGE_COUNTERS)), locks);
  if (fd === null) return null;
  try {
    const memory = map(fd, BYTES);
    return memory && begin(new Int32Array(memory));
  } finally {
    // The mapping stays, for as long as the process.
    closeSync(fd);
  }
}

/** A process that died between a change and its count has left others with what was before it. */
function begin(counts: Int32Array): ChangeCounters {
  const changes = new ChangeCounters(counts);
  changes.bumpAll();
  return changes;
}

async function openUnlessReadOnly(file: string, locks: LockManager): Promise<number | null> {
  try {
    return openIfWhole(file) ?? (await locks.exclusively('changes', () => make(file)));
  } catch (error) {
    if (READ_ONLY.has(codeOf(error) ?? '')) return null;
    throw error;
  }
}

/** A file that is too short, because a power cut came in between, would kill the process that maps it. */
function openIfWhole(file: string): number | null {
  try {
    const fd = openSync(file, READ_WRITE);
    if (fstatSync(fd).size === BYTES) return fd;
    closeSync(fd);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  return null;
}

/** Makes the file whole: a hole in a mapped file would kill the process once the disk is full. */
async function make(file: string): Promise<number> {
  const made = openIfWhole(file);
  if (made !== null) return made;
  await mkdir(dirname(file), { recursive: true });
  await replaceFile(file, join(dirname(file), temporaryName()), Buffer.alloc(BYTES));
  return openSync(file, READ_WRITE);
}

type MapFile = (fd: number, length: number) => ArrayBuffer | null;

async function loadMap(): Promise<MapFile | null> {
  try {
    const { default: koffi } = await import('koffi');
    const declaration = 'void *mmap(void *address, size_t length, int protection, int flags, int fd, int64_t offset)';
    const mmap = koffi.load(null).func(declaration);
    return (fd, length) => {
      const pointer = mmap(null, length, PROT_READ_WRITE, MAP_SHARED, fd, 0);
      return pointer === null || pointer === MAP_FAILED ? null : koffi.view(pointer, length);
    };
  } catch {
    return null;
  }
}

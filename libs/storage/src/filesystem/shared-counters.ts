import { closeSync, openSync } from 'node:fs';
import { link, mkdir, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CHANGE_SLOTS, ChangeCounters } from '../change-counters.js';
import { codeOf } from './errno.js';
import { temporaryName } from './temporary-name.js';

/** Where the counters lie below the root. They are no durable state: a new machine may begin with any numbers. */
const FILE = `docker/registry/stowage/changes-${CHANGE_SLOTS}`;

const BYTES = CHANGE_SLOTS * Int32Array.BYTES_PER_ELEMENT;

/** From `sys/mman.h`, the same on Linux, macOS and the BSDs. */
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = 2n ** 64n - 1n;

/**
 * The counters of all processes of this machine on the storage in the folder `root`, in a file that is mapped into each;
 * null where the platform cannot map one. Atomic operations on the mapped memory are atomic among processes.
 */
export async function openSharedCounters(root: string): Promise<ChangeCounters | null> {
  const map = await loadMap();
  if (!map) return null;
  const file = join(root, FILE);
  await makeFile(file);
  const fd = openSync(file, 'r+');
  try {
    const memory = map(fd, BYTES);
    return memory && new ChangeCounters(new Int32Array(memory));
  } finally {
    // The mapping stays, for as long as the process.
    closeSync(fd);
  }
}

/** Makes the file whole, or finds it: a hole in a mapped file would kill the process once the disk is full. */
async function makeFile(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = join(dirname(file), temporaryName());
  await writeFile(temporary, Buffer.alloc(BYTES));
  try {
    await link(temporary, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await unlink(temporary);
  }
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

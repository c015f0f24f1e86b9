import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { OpenOptions, OpenStorage } from '../load-storage.js';
import { FilesystemLockManager } from './filesystem-lock-manager.js';
import { FilesystemStorageDriver } from './filesystem-storage-driver.js';
import { loadFlock } from './flock.js';
import { syncFolder } from './folder-syncs.js';
import { loadLinux } from './linux.js';
import { openSharedCounters } from './shared-counters.js';

/** The storage in the folder `root`, which is made when it is missing. */
export async function openFilesystemStorage(root: string, { readOnly }: OpenOptions): Promise<OpenStorage> {
  if (!readOnly) await makeRoot(resolve(root));
  const locks = new FilesystemLockManager(root, await loadFlock());
  return {
    driver: new FilesystemStorageDriver(root, await loadLinux()),
    locks,
    changes: readOnly ? null : await openSharedCounters(root, locks),
    acrossProcesses: locks.acrossProcesses,
  };
}

async function makeRoot(root: string): Promise<void> {
  const uppermost = await mkdir(root, { recursive: true });
  if (uppermost === undefined) return;
  for (let made = root; made.length >= uppermost.length; made = dirname(made)) await syncFolder(dirname(made));
}

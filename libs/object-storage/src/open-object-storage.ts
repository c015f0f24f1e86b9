import { CHANGE_COUNTERS, ChangeCounters, isContent, type OpenStorage } from '#libs/storage';
import { Keys } from './keys.js';
import { ObjectLockManager } from './object-lock-manager.js';
import { ObjectStorageDriver, type ObjectStorageOptions } from './object-storage-driver.js';
import type { ObjectStore } from './object-store.js';

/**
 * The storage in an object store, for any number of processes and machines at a time. Of what others may change nothing
 * is to be kept in memory, and what lies under its digest does not change: so it is enough that each process counts its
 * own changes.
 */
export async function openObjectStorage(store: ObjectStore, options: ObjectStorageOptions): Promise<OpenStorage> {
  const locks = new ObjectLockManager(store, new Keys(options.root));
  return {
    driver: new ObjectStorageDriver(store, options),
    locks,
    changes: new ChangeCounters(new Int32Array(CHANGE_COUNTERS)),
    mayKeep: isContent,
    acrossProcesses: locks.acrossProcesses,
  };
}

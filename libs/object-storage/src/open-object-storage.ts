import { CHANGE_COUNTERS, ChangeCounters, isContent, type OpenStorage, pathOf } from '#libs/storage';
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
  const keys = new Keys(options.root);
  const locks = new ObjectLockManager(store, keys);
  // A service that keeps objects as files removes empty folders, even while a lock is being put into the one of locks.
  if (locks.acrossProcesses) await store.put(keys.of(`${pathOf.locks()}/folder`), Buffer.alloc(0));
  return {
    driver: new ObjectStorageDriver(store, options),
    locks,
    changes: new ChangeCounters(new Int32Array(CHANGE_COUNTERS)),
    mayKeep: isContent,
    acrossProcesses: locks.acrossProcesses,
  };
}

import { CHANGE_COUNTERS, ChangeCounters } from '../change-counters.js';
import type { OpenStorage } from '../load-storage.js';
import { MemoryLockManager } from './memory-lock-manager.js';
import { MemoryStorageDriver } from './memory-storage-driver.js';

/** An empty storage that no other process can see. */
export function openMemoryStorage(): OpenStorage {
  return {
    driver: new MemoryStorageDriver(),
    locks: new MemoryLockManager(),
    changes: new ChangeCounters(new Int32Array(CHANGE_COUNTERS)),
    acrossProcesses: false,
  };
}

import type { ChangeCounters } from './change-counters.js';
import type { LockManager } from './lock-manager.js';
import type { StorageDriver } from './storage-driver.js';

/** A storage that is ready for use. */
export interface OpenStorage {
  readonly driver: StorageDriver;
  readonly locks: LockManager;
  /** The counts of changes that a cache needs; null where processes cannot share them. */
  readonly changes: ChangeCounters | null;
  /**
   * Whether what is read of a file may be kept although others change the storage without a count: because they do not
   * change that file. Everything may be kept where this is not given.
   */
  readonly mayKeep?: (path: string) => boolean;
  /** Whether several processes may work on this storage at the same time, because its locks exclude them too. */
  readonly acrossProcesses: boolean;
  /** Lets go of connections, where there are any. Calls that are under way may fail. */
  readonly close?: () => Promise<void>;
}

export interface OpenOptions {
  /** Only look: nothing is made that is not there, and changes are not counted. */
  readonly readOnly?: boolean;
}

/** Opens the storage in the folder `root`, which is made when it is missing. */
export async function loadFilesystemStorage(root: string, options: OpenOptions = {}): Promise<OpenStorage> {
  const { openFilesystemStorage } = await import('./filesystem/filesystem-storage.js');
  return openFilesystemStorage(root, options);
}

/** Opens an empty storage in memory. */
export async function loadMemoryStorage(): Promise<OpenStorage> {
  const { openMemoryStorage } = await import('./memory/memory-storage.js');
  return openMemoryStorage();
}

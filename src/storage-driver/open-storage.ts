import { loadFilesystemStorage, loadMemoryStorage, type OpenStorage } from '#libs/storage';
import type { StorageConfig } from '../config/index.js';

/** Opens the storage that the configuration names. The code of a driver is loaded only here, when it is chosen. */
export function openStorage(config: StorageConfig): Promise<OpenStorage> {
  switch (config.driver) {
    case 'filesystem':
      return loadFilesystemStorage(config.filesystem.root);
    case 'inmemory':
      return loadMemoryStorage();
  }
}

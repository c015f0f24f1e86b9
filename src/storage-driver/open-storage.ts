import { loadFilesystemStorage, loadMemoryStorage, type OpenStorage } from '#libs/storage';
import type { StorageConfig } from '../config/index.js';
import type { Logger } from '../log/index.js';

/** Opens the storage that the configuration names. The code of a driver, and its SDK, is loaded only when it is chosen. */
export async function openStorage(config: StorageConfig, logger: Logger): Promise<OpenStorage> {
  switch (config.driver) {
    case 'filesystem':
      return loadFilesystemStorage(config.filesystem.root);
    case 'inmemory':
      return loadMemoryStorage();
    case 's3':
      return (await import('./open-s3.js')).openS3(config, logger);
    case 'azure':
      return (await import('./open-azure.js')).openAzure(config, logger);
    case 'gcs':
      return (await import('./open-gcs.js')).openGcs(config, logger);
  }
}

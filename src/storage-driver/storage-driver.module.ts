import { Module } from '@nestjs/common';
import { CachingStorageDriver, LockManager, type OpenStorage, StorageDriver } from '#libs/storage';
import { CacheConfig, StorageConfig } from '../config/index.js';
import { Logger } from '../log/index.js';
import { openStorage } from './open-storage.js';
import { StorageCache } from './storage-cache.js';

const SINGLE_PROCESS = 'this platform has no locks among processes: only one process may use this storage at a time';

const OPEN_STORAGE = Symbol('OpenStorage');

/** Provides the storage that the configuration chose: a `StorageDriver`, and the `LockManager` that goes with it. */
@Module({
  providers: [
    {
      provide: OPEN_STORAGE,
      inject: [StorageConfig, Logger],
      useFactory: async (config: StorageConfig, logger: Logger) => {
        const storage = await openStorage(config);
        if (config.driver === 'filesystem' && !storage.acrossProcesses) logger.warn(SINGLE_PROCESS);
        return storage;
      },
    },
    {
      provide: StorageDriver,
      inject: [OPEN_STORAGE, CacheConfig],
      // Without counts of changes that all processes share, what is kept in memory might be out of date.
      useFactory: ({ driver, changes }: OpenStorage, { maxSize, maxEntries }: CacheConfig) =>
        changes && maxSize > 0 ? new CachingStorageDriver(driver, changes, { maxBytes: maxSize, maxEntries }) : driver,
    },
    { provide: LockManager, inject: [OPEN_STORAGE], useFactory: ({ locks }: OpenStorage) => locks },
    StorageCache,
  ],
  exports: [StorageDriver, LockManager, StorageCache],
})
export class StorageDriverModule {}

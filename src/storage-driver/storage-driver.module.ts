import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CachingStorageDriver, LockManager, type OpenStorage, StorageDriver } from '#libs/storage';
import { CacheConfig, HttpConfig, StorageConfig } from '../config/index.js';
import { Logger } from '../log/index.js';
import { openStorage } from './open-storage.js';
import { requireExclusion } from './require-exclusion.js';
import { StorageCache } from './storage-cache.js';

const OPEN_STORAGE = Symbol('OpenStorage');

/** Provides the storage that the configuration chose: a `StorageDriver`, and the `LockManager` that goes with it. */
@Module({
  providers: [
    {
      provide: OPEN_STORAGE,
      inject: [StorageConfig, HttpConfig, Logger],
      useFactory: async (config: StorageConfig, http: HttpConfig, logger: Logger) => {
        const storage = await openStorage(config, logger);
        requireExclusion(storage, config, http, logger);
        return storage;
      },
    },
    {
      provide: StorageDriver,
      inject: [OPEN_STORAGE, CacheConfig],
      // Without counts of changes that all processes share, what is kept in memory might be out of date.
      useFactory: ({ driver, changes, mayKeep }: OpenStorage, { maxSize: maxBytes, maxEntries }: CacheConfig) =>
        changes && maxBytes > 0 ? new CachingStorageDriver(driver, changes, { maxBytes, maxEntries, mayKeep }) : driver,
    },
    { provide: LockManager, inject: [OPEN_STORAGE], useFactory: ({ locks }: OpenStorage) => locks },
    StorageCache,
  ],
  exports: [StorageDriver, LockManager, StorageCache],
})
export class StorageDriverModule implements OnApplicationShutdown {
  constructor(@Inject(OPEN_STORAGE) private readonly storage: OpenStorage) {}

  async onApplicationShutdown(): Promise<void> {
    await this.storage.close?.();
  }
}

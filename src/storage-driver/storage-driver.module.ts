import { Module } from '@nestjs/common';
import { LockManager, type OpenStorage, StorageDriver } from '#libs/storage';
import { RegistryConfig } from '../config/index.js';
import { openStorage } from './open-storage.js';

const OPEN_STORAGE = Symbol('OpenStorage');

/** Provides the storage that the configuration chose: a `StorageDriver`, and the `LockManager` that goes with it. */
@Module({
  providers: [
    {
      provide: OPEN_STORAGE,
      inject: [RegistryConfig],
      useFactory: (config: RegistryConfig) => openStorage(config.storage),
    },
    { provide: StorageDriver, inject: [OPEN_STORAGE], useFactory: ({ driver }: OpenStorage) => driver },
    { provide: LockManager, inject: [OPEN_STORAGE], useFactory: ({ locks }: OpenStorage) => locks },
  ],
  exports: [StorageDriver, LockManager],
})
export class StorageDriverModule {}

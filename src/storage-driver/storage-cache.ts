import { Injectable } from '@nestjs/common';
import { CachingStorageDriver, type StorageCacheStatistics, StorageDriver } from '#libs/storage';

/** What this process keeps in memory of the storage, in figures. */
@Injectable()
export class StorageCache {
  constructor(private readonly storage: StorageDriver) {}

  /** The figures of this moment; null where nothing is kept. */
  get statistics(): StorageCacheStatistics | null {
    return this.storage instanceof CachingStorageDriver ? this.storage.statistics : null;
  }
}

import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { AzureStorageConfig } from './azure-storage.config.js';
import { GcsStorageConfig } from './gcs-storage.config.js';
import { CdnConfig, RedirectConfig } from './redirect.config.js';
import { S3StorageConfig } from './s3-storage.config.js';
import { Setting } from './setting.decorator.js';
import { folder, oneOf } from './setting-rules.js';

export class FilesystemStorageConfig {
  /** Folder that holds the content; a relative path starts at the working directory. */
  @Setting(folder)
  readonly root: string = './data';
}

/** Where the content is kept. Only the section of the driver that is chosen counts. */
export class StorageConfig {
  @Setting(oneOf('filesystem', 'inmemory', 's3', 'azure', 'gcs'))
  readonly driver: 'filesystem' | 'inmemory' | 's3' | 'azure' | 'gcs' = 'filesystem';

  @Type(() => FilesystemStorageConfig)
  @ValidateNested()
  readonly filesystem: FilesystemStorageConfig = new FilesystemStorageConfig();

  @Type(() => S3StorageConfig)
  @ValidateNested()
  readonly s3: S3StorageConfig = new S3StorageConfig();

  @Type(() => AzureStorageConfig)
  @ValidateNested()
  readonly azure: AzureStorageConfig = new AzureStorageConfig();

  @Type(() => GcsStorageConfig)
  @ValidateNested()
  readonly gcs: GcsStorageConfig = new GcsStorageConfig();

  @Type(() => RedirectConfig)
  @ValidateNested()
  readonly redirect: RedirectConfig = new RedirectConfig();

  @Type(() => CdnConfig)
  @ValidateNested()
  readonly cdn: CdnConfig = new CdnConfig();
}

/** Whether the driver that is chosen may send clients to its store for blobs. */
export function redirects(storage: StorageConfig): boolean {
  switch (storage.driver) {
    case 's3':
    case 'azure':
    case 'gcs':
      return storage[storage.driver].redirect;
    default:
      return false;
  }
}

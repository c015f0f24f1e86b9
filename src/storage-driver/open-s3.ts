import type { OpenStorage } from '#libs/storage';
import { openS3Store } from '#libs/storage-s3';
import type { StorageConfig } from '../config/index.js';
import type { Logger } from '../log/index.js';
import { openStorageIn } from './open-object-store.js';
import { s3Defaults } from './s3-defaults.js';
import { withoutUnset } from './without-unset.js';

/** The storage in a bucket of S3. A configuration without a bucket was refused before. */
export async function openS3(config: StorageConfig, logger: Logger): Promise<OpenStorage> {
  const { root, partSize, partConcurrency, redirect, bucket = '', ...settings } = config.s3;
  const store = await openS3Store({
    ...withoutUnset(settings),
    bucket,
    ...s3Defaults(settings),
    prefix: root,
  });
  return openStorageIn(store, config.s3, config, logger);
}

import type { OpenStorage } from '#libs/storage';
import { openGcsStore } from '#libs/storage-gcs';
import type { StorageConfig } from '../config/index.js';
import type { Logger } from '../log/index.js';
import { openStorageIn } from './open-object-store.js';
import { withoutUnset } from './without-unset.js';

/** The storage in a bucket of Google Cloud Storage. A configuration without a bucket was refused before. */
export async function openGcs(config: StorageConfig, logger: Logger): Promise<OpenStorage> {
  const { root, partSize, partConcurrency, redirect, bucket = '', ...settings } = config.gcs;
  const store = await openGcsStore({ ...withoutUnset(settings), bucket });
  return openStorageIn(store, config.gcs, config, logger);
}

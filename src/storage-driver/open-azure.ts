import type { OpenStorage } from '#libs/storage';
import { openAzureStore } from '#libs/storage-azure';
import type { StorageConfig } from '../config/index.js';
import type { Logger } from '../log/index.js';
import { openStorageIn } from './open-object-store.js';
import { withoutUnset } from './without-unset.js';

/** The storage in a container of Azure. A configuration without an account or a container was refused before. */
export async function openAzure(config: StorageConfig, logger: Logger): Promise<OpenStorage> {
  const { root, partSize, partConcurrency, redirect, account = '', container = '', ...settings } = config.azure;
  const store = await openAzureStore({ ...withoutUnset(settings), account, container });
  return openStorageIn(store, config.azure, config, logger);
}

import { guardStore, type ObjectStore, openObjectStorage } from '#libs/object-storage';
import type { OpenStorage } from '#libs/storage';
import type { CdnConfig, StorageConfig } from '../config/index.js';
import type { Logger } from '../log/index.js';

/** What the sections of all drivers over object stores have. */
type Settings = Pick<StorageConfig['s3' | 'azure' | 'gcs'], 'root' | 'partSize' | 'partConcurrency' | 'redirect'>;

/** Opens the storage in an object store, whichever it is, which it closes with the storage, or where that fails. */
export async function openStorageIn(
  store: ObjectStore,
  { root, partSize, partConcurrency, redirect }: Settings,
  config: StorageConfig,
  logger: Logger,
): Promise<OpenStorage> {
  const close = () => store.close();
  const redirectExpiry = redirect ? config.redirect.expiry : null;
  try {
    const guarded = guardStore(await behindCdn(store, config.cdn), { onChange: (pause) => report(pause, logger) });
    return { ...(await openObjectStorage(guarded, { root, partSize, partConcurrency, redirectExpiry })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The signer is loaded only where it is used. */
async function behindCdn(store: ObjectStore, { url, keyPairId, privateKey }: CdnConfig): Promise<ObjectStore> {
  if (url === undefined || keyPairId === undefined || privateKey === undefined) return store;
  const { openCdn } = await import('#libs/storage-cdn');
  return openCdn(store, { url, keyPairId, privateKeyFile: privateKey });
}

function report(pause: number, logger: Logger): void {
  if (pause > 0) logger.error({ pause }, 'the storage does not answer, and is left alone for a while');
  else logger.info('the storage answers again');
}

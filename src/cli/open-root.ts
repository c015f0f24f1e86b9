import { CachingStorageDriver, loadFilesystemStorage, type OpenOptions, type OpenStorage } from '#libs/storage';

/** Of the command's own cache, which only has to be there: its changes are counted, which is what servers wait for. */
const CACHE = { maxBytes: 1024 * 1024, maxEntries: 1024 };

/** Opens the storage in the folder `root`. Servers that have it open see each change at once. */
export async function openRoot(root: string, options: OpenOptions = {}): Promise<OpenStorage> {
  const storage = await loadFilesystemStorage(root, options);
  const { driver, changes } = storage;
  return { ...storage, driver: changes ? new CachingStorageDriver(driver, changes, CACHE) : driver };
}

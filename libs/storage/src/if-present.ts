import type { StorageDriver } from './storage-driver.js';
import { PathNotFoundError } from './storage-error.js';

/** Deletes whatever is at `path`; resolves to whether there was anything. */
export async function deleteIfPresent(storage: StorageDriver, path: string): Promise<boolean> {
  try {
    await storage.delete(path);
    return true;
  } catch (error) {
    if (error instanceof PathNotFoundError) return false;
    throw error;
  }
}

/** The names at `path`; none when nothing is there. */
export async function listIfPresent(
  storage: StorageDriver,
  ...[path, options]: Parameters<StorageDriver['list']>
): Promise<string[]> {
  try {
    return await storage.list(path, options);
  } catch (error) {
    if (error instanceof PathNotFoundError) return [];
    throw error;
  }
}

/** Size of the file at `path` in bytes; null when there is none. */
export async function sizeIfPresent(storage: StorageDriver, path: string): Promise<number | null> {
  try {
    const { size, isDirectory } = await storage.stat(path);
    return isDirectory ? null : size;
  } catch (error) {
    if (error instanceof PathNotFoundError) return null;
    throw error;
  }
}

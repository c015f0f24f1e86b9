import type { FileInfo, StorageDriver } from './storage-driver.js';
import { PathNotFoundError } from './storage-error.js';

/** The whole content at `path`; null when there is none. For small files. */
export async function contentIfPresent(storage: StorageDriver, path: string): Promise<Buffer | null> {
  try {
    return await storage.getContent(path);
  } catch (error) {
    if (error instanceof PathNotFoundError) return null;
    throw error;
  }
}

/** Everything below a path, as `StorageDriver.walk` gives it; nothing when nothing is there. */
export async function* walkIfPresent(
  storage: StorageDriver,
  ...[path, options]: Parameters<StorageDriver['walk']>
): AsyncGenerator<FileInfo> {
  try {
    yield* storage.walk(path, options);
  } catch (error) {
    if (!(error instanceof PathNotFoundError)) throw error;
  }
}

/** Deletes whatever is at `path`; resolves to whether there was anything. */
export async function deleteIfPresent(
  storage: StorageDriver,
  ...[path, options]: Parameters<StorageDriver['delete']>
): Promise<boolean> {
  try {
    await storage.delete(path, options);
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

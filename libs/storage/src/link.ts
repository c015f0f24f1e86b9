import { Digest, OciError } from '#libs/oci';
import type { StorageDriver } from './storage-driver.js';
import { PathNotFoundError } from './storage-error.js';

/**
 * Reads the digest that a link file names; null when there is none. A cut or empty link, which Distribution before 3.1
 * leaves after a crash, counts as none.
 */
export async function readLink(storage: StorageDriver, path: string): Promise<Digest | null> {
  try {
    return Digest.parse((await storage.getContent(path)).toString('latin1'));
  } catch (error) {
    if (error instanceof PathNotFoundError || error instanceof OciError) return null;
    throw error;
  }
}

/** Writes a link file: the text of the digest, without a line feed. */
export function writeLink(storage: StorageDriver, path: string, digest: Digest): Promise<void> {
  return storage.putContent(path, Buffer.from(digest.toString()));
}

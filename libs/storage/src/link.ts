import { Digest, OciError } from '#libs/oci';
import { contentIfPresent } from './if-present.js';
import type { NewFile, StorageDriver } from './storage-driver.js';

/**
 * Reads the digest that a link file names; null when there is none. A cut or empty link, which Distribution before 3.1
 * leaves after a crash, counts as none.
 */
export async function readLink(storage: StorageDriver, path: string): Promise<Digest | null> {
  return parseLink(await contentIfPresent(storage, path));
}

/** What `readLink` gives for each path. */
export async function readLinks(storage: StorageDriver, paths: readonly string[]): Promise<(Digest | null)[]> {
  return (await storage.getAll(paths)).map(parseLink);
}

function parseLink(text: Buffer | null): Digest | null {
  if (!text) return null;
  try {
    return Digest.parse(text.toString('latin1'));
  } catch (error) {
    if (error instanceof OciError) return null;
    throw error;
  }
}

/** A link file: the text of the digest, without a line feed. */
export function linkFile(path: string, digest: Digest): NewFile {
  return { path, content: Buffer.from(digest.toString()) };
}

export function writeLink(storage: StorageDriver, path: string, digest: Digest): Promise<void> {
  return storage.putContent(path, linkFile(path, digest).content);
}

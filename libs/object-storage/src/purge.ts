import { fileKeyOf, recordsPrefix } from './keys.js';
import type { ObjectStore, PartUpload } from './object-store.js';

/**
 * Drops the parts of objects below a prefix that were begun before a time and never completed, unless a record of them
 * was written since: whoever wrote it may still go on. Resolves with the number of such objects. One listing for each.
 */
export async function purgeParts(store: ObjectStore, prefix: string, before: Date): Promise<number> {
  let purged = 0;
  for await (const upload of store.unfinishedParts(prefix, before)) {
    if (await isAlive(store, upload, before)) continue;
    await store.abortParts(upload);
    purged++;
  }
  return purged;
}

async function isAlive(store: ObjectStore, { key }: PartUpload, before: Date): Promise<boolean> {
  // The parts of a file whose key is taken are for a key among its records.
  const { objects } = await store.list({ prefix: recordsPrefix(fileKeyOf(key)), delimited: false, limit: 1000 });
  return objects.some(({ modifiedAt }) => modifiedAt >= before);
}

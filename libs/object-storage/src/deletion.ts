import { recordedSize } from './keys.js';
import type { ObjectInfo, ObjectPage, ObjectStore } from './object-store.js';
import { recordsOf } from './open-file.js';
import { discardRecords } from './record.js';

const PAGE = 1000;

/**
 * Deletes the file at `key`, or all that lies below it where there is none; resolves to whether there was anything. One
 * head and one list at once, and a delete; for a directory another list, and a list and a delete for each further
 * thousand objects. Where a file is not complete, also a get for each record and an abort for its parts.
 *
 * The records of a file go before its object, and parts behind both: whatever a crash leaves is the file as it was, the
 * earlier of the two sizes of one that was not complete, or parts that nobody refers to.
 */
export async function deleteAt(store: ObjectStore, key: string): Promise<boolean> {
  const [object, records] = await Promise.all([store.head(key), recordsOf(store, key)]);
  if (!object && records.length === 0) return deleteBelow(store, key);
  await discardRecords(store, records);
  if (object) await store.delete([key]);
  return true;
}

async function deleteBelow(store: ObjectStore, key: string): Promise<boolean> {
  let page = await listBelow(store, key);
  if (page.objects.length === 0) return false;
  for (; ; page = await listBelow(store, key, page.next)) {
    await deleteAll(store, page.objects);
    if (page.next === null) return true;
  }
}

async function deleteAll(store: ObjectStore, objects: readonly ObjectInfo[]): Promise<void> {
  const records = objects.filter(({ key }) => recordedSize(key) !== null);
  await discardRecords(store, records);
  const others = objects.filter((object) => !records.includes(object)).map(({ key }) => key);
  if (others.length > 0) await store.delete(others);
}

function listBelow(store: ObjectStore, key: string, continuation: string | null = null): Promise<ObjectPage> {
  return store.list({
    prefix: `${key}/`,
    delimited: false,
    limit: PAGE,
    ...(continuation !== null && { continuation }),
  });
}

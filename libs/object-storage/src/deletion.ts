import { recordedSize, recordsPrefix } from './keys.js';
import type { ObjectInfo, ObjectPage, ObjectStore } from './object-store.js';
import { discardRecords } from './record.js';

const PAGE = 1000;

/**
 * Deletes the file at `key`, or all that lies below it where there is none; resolves to whether there was anything. One
 * head and one list at once, and a delete; for a directory a list and a delete for each thousand objects. Where a file
 * is not complete, also a get for each record and an abort for its parts.
 *
 * The records of a file go before its object, and parts behind both: whatever a crash leaves is the file as it was, the
 * earlier of the two sizes of one that was not complete, or parts that nobody refers to.
 */
export async function deleteAt(store: ObjectStore, key: string): Promise<boolean> {
  const [object, page] = await Promise.all([store.head(key), listBelow(store, key)]);
  const own = page.objects.filter((below) => below.key.startsWith(recordsPrefix(key)));
  if (object || own.length === page.objects.length) {
    await deleteAll(store, own);
    if (object) await store.delete([key]);
    return object !== null || own.length > 0;
  }
  await deletePages(store, key, page);
  return true;
}

async function deletePages(store: ObjectStore, key: string, first: ObjectPage): Promise<void> {
  for (let page = first; ; page = await listBelow(store, key, page.next)) {
    await deleteAll(store, page.objects);
    if (page.next === null) return;
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

import { recordedSize } from './keys.js';
import type { ObjectInfo, ObjectPage, ObjectStore } from './object-store.js';
import { fileIn } from './open-file.js';
import { discardRecords } from './record.js';

const PAGE = 1000;

/**
 * Deletes the file at `key`, or all that lies below it where there is none; resolves to whether there was anything. One
 * list and one delete, and the same for each further thousand objects; one more list for a directory where a thousand
 * objects or more begin like it. Where a file is not complete, also a get for each record and an abort for its parts.
 *
 * The records of a file go before its object, and parts behind both: whatever a crash leaves is the file as it was, the
 * earlier of the two sizes of one that was not complete, or parts that nobody refers to.
 */
export async function deleteAt(store: ObjectStore, key: string): Promise<boolean> {
  const page = await store.list({ prefix: key, delimited: false, limit: PAGE });
  const { object, records } = fileIn(page, key);
  if (!object && records.length === 0) return deleteBelow(store, key, page);
  await discardRecords(store, records);
  if (object) await store.delete([key]);
  return true;
}

/** `beginning` is the first page of what begins with `key`. */
async function deleteBelow(store: ObjectStore, key: string, beginning: ObjectPage): Promise<boolean> {
  const isBelow = (object: ObjectInfo) => object.key.startsWith(`${key}/`);
  const isAll = beginning.next === null;
  let page = isAll ? { ...beginning, objects: beginning.objects.filter(isBelow) } : await listBelow(store, key);
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

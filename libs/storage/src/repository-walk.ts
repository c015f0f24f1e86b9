import { listIfPresent } from './if-present.js';
import { isReservedDirectory, MANIFESTS_DIRECTORY, pathOf } from './path-mapper.js';
import type { StorageDriver } from './storage-driver.js';

/**
 * The names of the repositories that have, or once had, a manifest, component by component in byte order: what lies
 * below `a` comes before `a-b`. `startAfter` need not exist.
 */
export async function* walkRepositories(storage: StorageDriver, startAfter?: string): AsyncGenerator<string> {
  yield* walkBelow(storage, '', startAfter === undefined ? [] : startAfter.split('/'));
}

/** `after` holds the components that the walk still has to get past; empty when everything counts. */
async function* walkBelow(storage: StorageDriver, prefix: string, after: readonly string[]): AsyncGenerator<string> {
  const path = prefix === '' ? pathOf.repositories() : pathOf.repository(prefix);
  const [first, ...deeper] = after;
  for (const child of await listIfPresent(storage, path)) {
    if (isReservedDirectory(child) || (first !== undefined && child < first)) continue;
    const name = prefix === '' ? child : `${prefix}/${child}`;
    const isOnTheWay = child === first;
    if (!isOnTheWay && (await isRepository(storage, name))) yield name;
    yield* walkBelow(storage, name, isOnTheWay ? deeper : []);
  }
}

async function isRepository(storage: StorageDriver, name: string): Promise<boolean> {
  return (await listIfPresent(storage, pathOf.repository(name))).includes(MANIFESTS_DIRECTORY);
}

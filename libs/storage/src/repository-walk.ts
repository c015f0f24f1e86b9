import { listIfPresent } from './if-present.js';
import { isReservedDirectory, LAYERS_DIRECTORY, MANIFESTS_DIRECTORY, pathOf } from './path-mapper.js';
import type { StorageDriver } from './storage-driver.js';

/**
 * The names of the repositories that have manifests, or blobs, component by component in byte order: what lies below
 * `a` comes before `a-b`. `startAfter` need not exist.
 */
export async function* walkRepositories(
  storage: StorageDriver,
  content: 'manifests' | 'layers',
  startAfter?: string,
): AsyncGenerator<string> {
  const directory = content === 'manifests' ? MANIFESTS_DIRECTORY : LAYERS_DIRECTORY;
  yield* walkBelow(storage, directory, '', startAfter === undefined ? null : startAfter.split('/'));
}

/** `after` holds the components that the walk still has to get past; null when everything counts. */
async function* walkBelow(
  storage: StorageDriver,
  directory: string,
  prefix: string,
  after: readonly string[] | null,
): AsyncGenerator<string> {
  const path = prefix === '' ? pathOf.repositories() : pathOf.repository(prefix);
  const children = await listIfPresent(storage, path);
  if (prefix !== '' && after === null && children.includes(directory)) yield prefix;
  const [first, ...deeper] = after ?? [];
  for (const child of children) {
    if (isReservedDirectory(child) || (first !== undefined && child < first)) continue;
    const name = prefix === '' ? child : `${prefix}/${child}`;
    yield* walkBelow(storage, directory, name, child === first ? deeper : null);
  }
}

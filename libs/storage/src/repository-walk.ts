import { listIfPresent } from './if-present.js';
import {
  isReservedDirectory,
  LAYERS_DIRECTORY,
  MANIFESTS_DIRECTORY,
  pathOf,
  UPLOADS_DIRECTORY,
} from './path-mapper.js';
import type { StorageDriver } from './storage-driver.js';

const DIRECTORIES = { manifests: MANIFESTS_DIRECTORY, layers: LAYERS_DIRECTORY, uploads: UPLOADS_DIRECTORY } as const;

/**
 * The names of the repositories that have manifests, blobs or uploads, component by component in byte order: what lies below
 * `a` comes before `a-b`. `startAfter` need not exist.
 */
export async function* walkRepositories(
  storage: StorageDriver,
  content: keyof typeof DIRECTORIES,
  startAfter?: string,
): AsyncGenerator<string> {
  yield* walkBelow(storage, DIRECTORIES[content], '', startAfter === undefined ? null : startAfter.split('/'));
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

import { listIfPresent } from './if-present.js';
import { lookAhead } from './look-ahead.js';
import {
  isReservedDirectory,
  LAYERS_DIRECTORY,
  MANIFESTS_DIRECTORY,
  pathOf,
  UPLOADS_DIRECTORY,
} from './path-mapper.js';
import type { StorageDriver } from './storage-driver.js';
import { childOf, isPath } from './storage-path.js';

/** Names that are read of a directory at a time. */
const PAGE = 1000;

/** How many directories are looked into before it is their turn. */
const AHEAD = 16;

interface Walk {
  readonly storage: StorageDriver;
  /** What lies in a repository that counts. */
  readonly directory: string;
}

const DIRECTORIES = { manifests: MANIFESTS_DIRECTORY, layers: LAYERS_DIRECTORY, uploads: UPLOADS_DIRECTORY } as const;

/**
 * The names of the repositories that have manifests, blobs or uploads, component by component in byte order: what lies below
 * `a` comes before `a-b`. `startAfter` need not exist.
 *
 * One list for each directory between the root and a repository, for each repository, and for each component of
 * `startAfter` that is there, several of them at a time. Who stops after some repositories pays for those and a few more,
 * however many there are.
 */
export async function* walkRepositories(
  storage: StorageDriver,
  content: keyof typeof DIRECTORIES,
  startAfter?: string,
): AsyncGenerator<string> {
  const walk = { storage, directory: DIRECTORIES[content] };
  yield* walkBehind(walk, '', startAfter === undefined ? [] : startAfter.split('/'));
}

/** What lies below `name` behind a path of components there. */
async function* walkBehind(walk: Walk, name: string, after: readonly string[]): AsyncGenerator<string> {
  const [first, ...deeper] = after;
  if (first !== undefined && (await isDirectory(walk, name, first))) {
    yield* walkBehind(walk, joined(name, first), deeper);
  }
  yield* walkAll(walk, name, await pageOf(walk, name, first));
}

/** What lies below `name`, from a page of its names on. */
async function* walkAll(walk: Walk, name: string, page: readonly string[]): AsyncGenerator<string> {
  const looks = lookAhead(childrenOf(walk, name, page), AHEAD, (child) => look(walk, joined(name, child)));
  for await (const { result } of looks) {
    if (result.counts) yield result.name;
    yield* walkAll(walk, result.name, result.page);
  }
}

async function* childrenOf(walk: Walk, name: string, first: readonly string[]): AsyncGenerator<string> {
  for (let page = first; ; page = await pageOf(walk, name, page.at(-1))) {
    yield* page.filter((child) => !isReservedDirectory(child));
    if (page.length < PAGE) return;
  }
}

/** Whether a repository counts, and the first of what lies in it. */
async function look(walk: Walk, name: string) {
  const page = await pageOf(walk, name);
  const isKnown = page.length < PAGE || (page.at(-1) ?? '') >= walk.directory;
  const counts = isKnown ? page.includes(walk.directory) : await isDirectory(walk, name, walk.directory);
  return { name, page, counts };
}

/** Whether a directory of this name, which somebody else may have made up, lies in that of a repository. */
async function isDirectory({ storage }: Walk, name: string, child: string): Promise<boolean> {
  const path = childOf(pathIn(name), child);
  return isPath(path) && (await listIfPresent(storage, path, { limit: 1 })).length > 0;
}

function pageOf({ storage }: Walk, name: string, startAfter?: string): Promise<string[]> {
  return listIfPresent(storage, pathIn(name), { limit: PAGE, ...(startAfter !== undefined && { startAfter }) });
}

function pathIn(name: string): string {
  return name === '' ? pathOf.repositories() : pathOf.repository(name);
}

function joined(name: string, child: string): string {
  return name === '' ? child : `${name}/${child}`;
}

import { childOf, type FileInfo, isComponent, isWithin, lookAhead, type WalkOptions, walkTree } from '#libs/storage';
import { fileAt, unfinishedAt } from './file-info.js';
import { fileKeyOf, type Keys, recordedSize } from './keys.js';
import { type EntryRange, justBefore, type Listing } from './listing.js';
import type { ObjectInfo, ObjectStore } from './object-store.js';

/** Names below which something lies that are looked into at a time. */
const AHEAD = 16;

export interface WalkedStore {
  readonly listing: Listing;
  readonly keys: Keys;
  /** What a path is below which something lies: a directory or a file that is not complete; null where it is gone. */
  readonly inspect: (path: string) => Promise<FileInfo | null>;
}

/** Walks what lies below a directory. */
export function walkBelow(store: WalkedStore, path: string, options: WalkOptions): AsyncGenerator<FileInfo> {
  const { listing, keys, inspect } = store;
  return walkTree(path, options, async function* (directory, wanted) {
    const entries = listing.entries(keys.below(directory), rangeIn(directory, options.startAfter));
    const seen = lookAhead(entries, AHEAD, async ({ name, object }) => {
      const entry = childOf(directory, name);
      if (!wanted(entry)) return null;
      return object ? fileAt(entry, object) : inspect(entry);
    });
    for await (const { result } of seen) if (result) yield result;
  });
}

/** The files below the directory at `path`, whose keys begin with `prefix`. One list for each thousand objects. */
export async function filesBelow(store: ObjectStore, prefix: string, path: string): Promise<FileInfo[]> {
  const objects = await allBelow(store, prefix);
  const whole = new Set(objects.map(({ key }) => key));
  const files = new Map<string, FileInfo>();
  for (const object of objects) {
    const key = fileKeyOf(object.key);
    const names = key.slice(prefix.length).split('/');
    // Names that no path can have are passed over: somebody else put them there.
    if (!names.every(isComponent)) continue;
    const file = names.reduce(childOf, path);
    if (object.key === key) files.set(key, fileAt(file, object));
    else if (recordedSize(object.key) !== null && !whole.has(key)) {
      const info = unfinishedAt(file, [object]);
      if (info) files.set(key, info);
    }
  }
  return [...files.values()];
}

async function allBelow(store: ObjectStore, prefix: string): Promise<ObjectInfo[]> {
  const objects: ObjectInfo[] = [];
  for (let next: string | null | undefined; next !== null; ) {
    const page = await store.list({
      prefix,
      delimited: false,
      limit: 1000,
      ...(next !== undefined && { continuation: next }),
    });
    objects.push(...page.objects);
    ({ next } = page);
  }
  return objects;
}

/** A walk that goes on after a path passes over what comes before it in each directory that the path lies in. */
function rangeIn(directory: string, startAfter: string | undefined): EntryRange {
  if (startAfter === undefined || startAfter === directory || !isWithin(startAfter, directory)) return {};
  const [name = ''] = startAfter.slice(directory === '/' ? 1 : directory.length + 1).split('/');
  return { startAfter: justBefore(name) };
}

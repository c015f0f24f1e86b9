import { childOf, type FileInfo, isWithin, lookAhead, type WalkOptions, walkTree } from '#libs/storage';
import { fileAt } from './file-info.js';
import type { Keys } from './keys.js';
import { type EntryRange, justBefore, type Listing } from './listing.js';

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

/** A walk that goes on after a path passes over what comes before it in each directory that the path lies in. */
function rangeIn(directory: string, startAfter: string | undefined): EntryRange {
  if (startAfter === undefined || startAfter === directory || !isWithin(startAfter, directory)) return {};
  const [name = ''] = startAfter.slice(directory === '/' ? 1 : directory.length + 1).split('/');
  return { startAfter: justBefore(name) };
}

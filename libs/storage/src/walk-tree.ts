import type { FileInfo, WalkOptions } from './storage-driver.js';
import { PathNotFoundError } from './storage-error.js';
import { comparePaths, isWithin } from './storage-path.js';

/** What lies directly in a directory, in byte order, as far as its path is wanted. */
export type EntriesOf = (directory: string, wanted: (path: string) => boolean) => AsyncIterable<FileInfo>;

/** The walk of a driver that can list a directory. */
export async function* walkTree(path: string, options: WalkOptions, entriesOf: EntriesOf): AsyncGenerator<FileInfo> {
  const { startAfter, enter = () => true } = options;
  const follows = (entry: string) => startAfter === undefined || comparePaths(entry, startAfter) > 0;
  const wanted = (entry: string) => follows(entry) || (startAfter !== undefined && isWithin(startAfter, entry));
  const open = (directory: string) => entriesOf(directory, wanted)[Symbol.asyncIterator]();

  const start = open(path);
  const below: AsyncIterator<FileInfo>[] = [];
  for (;;) {
    const deepest = below.at(-1);
    const entry = deepest ? await nextUnlessGone(deepest) : await start.next();
    if (!entry.done) {
      if (follows(entry.value.path)) yield entry.value;
      if (entry.value.isDirectory && enter(entry.value.path)) below.push(open(entry.value.path));
    } else if (!below.pop()) return;
  }
}

/** A directory that was deleted since its parent was read has no entries. */
async function nextUnlessGone(entries: AsyncIterator<FileInfo>): Promise<IteratorResult<FileInfo>> {
  try {
    return await entries.next();
  } catch (error) {
    if (error instanceof PathNotFoundError) return { done: true, value: undefined };
    throw error;
  }
}

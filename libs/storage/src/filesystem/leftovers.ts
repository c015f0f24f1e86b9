import { readdir } from 'node:fs/promises';
import { childOf } from '../storage-path.js';
import { removeTree, unlessGone } from './deletion.js';
import { inspectEntry, removeEntry } from './entry.js';
import type { Folders } from './folders.js';
import { isTemporary } from './temporary-name.js';

/**
 * Removes what has a temporary name and was not written to since `before`: what a crash left of a file that was to
 * appear, or of a folder that was to go. Looks into one folder at a time, so that others get to the disk, too. Resolves
 * with the number of them.
 */
export async function purgeLeftovers(folders: Folders, before: Date, folder = '/'): Promise<number> {
  let purged = 0;
  for (const entry of await entriesOf(folders.locate(folder))) {
    const path = childOf(folder, entry.name);
    if (isTemporary(path)) purged += await purge(folders.locate(path), before);
    else if (entry.isDirectory()) purged += await purgeLeftovers(folders, before, path);
  }
  // The folder may have been made for what was to appear in it.
  if (purged > 0) await folders.removeEmpty(folder);
  return purged;
}

async function entriesOf(folder: string) {
  return (await unlessGone(readdir(folder, { withFileTypes: true }))) ?? [];
}

async function purge(place: string, before: Date): Promise<number> {
  const found = await unlessGone(inspectEntry(place));
  if (!found || found.mtime >= before) return 0;
  if (found.isDirectory()) await removeTree(place);
  else await unlessGone(removeEntry(place));
  return 1;
}

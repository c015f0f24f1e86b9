import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './command-error.js';

/**
 * The files and folders below `folder` that the storage driver wrote or removed under a name of its own, `.<uuid>.tmp`,
 * when its process died. No path of the driver leads to them. Gives full paths.
 */
export async function* findUnfinishedFiles(folder: string): AsyncGenerator<string> {
  for await (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') && entry.name.endsWith('.tmp')) yield path;
    else if (entry.isDirectory()) yield* findUnfinishedFiles(path);
  }
}

/** A folder that a server has removed meanwhile has none. */
async function* entriesOf(folder: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(folder);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

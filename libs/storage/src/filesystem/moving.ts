import { PathNotFoundError } from '../storage-error.js';
import { parentOf } from '../storage-path.js';
import { inspectEntry, renameEntry } from './entry.js';
import { codeOf } from './errno.js';
import type { Folders } from './folders.js';

/**
 * Puts the file at `source` in the place of whatever file is at `destination`, and makes that durable. A power cut leaves
 * it at one of the two, so that the folder it comes from needs no sync. Throws `PathNotFoundError` where nothing is at
 * `source`, which it calls `name`.
 */
export async function moveFile(folders: Folders, source: string, destination: string, name = source): Promise<void> {
  const { unsettled } = await folders.prepare(parentOf(destination), async () => {
    try {
      await renameEntry(folders.locate(source), folders.locate(destination));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') await requireEntry(folders.locate(source), name);
      throw error;
    }
  });
  await folders.settle([unsettled]);
  if (parentOf(source) !== parentOf(destination)) await folders.removeEmpty(parentOf(source));
}

async function requireEntry(file: string, name: string): Promise<void> {
  try {
    await inspectEntry(file);
  } catch (error) {
    throw codeOf(error) === 'ENOENT' ? new PathNotFoundError(name, { cause: error }) : error;
  }
}

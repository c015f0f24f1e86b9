import { rename, rm, unlink } from 'node:fs/promises';
import { childOf, parentOf } from '../storage-path.js';
import { syncFolder } from './durable-file.js';
import type { Folders } from './folders.js';
import { temporaryName } from './temporary-name.js';

/** Deletes the file, and the folders that it leaves empty. */
export async function removeFile(folders: Folders, path: string): Promise<void> {
  await unlink(folders.locate(path));
  await folders.tidy(parentOf(path));
}

/**
 * Deletes the folder with all below it: at once, as far as anybody can see, and also when a power cut comes between.
 */
export async function removeFolder(folders: Folders, path: string): Promise<void> {
  const parent = parentOf(path);
  const doomed = folders.locate(childOf(parent, temporaryName()));
  await rename(folders.locate(path), doomed);
  await syncFolder(folders.locate(parent));
  await rm(doomed, { recursive: true, force: true });
  await folders.tidy(parent);
}

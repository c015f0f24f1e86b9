import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { childOf, parentOf } from '../storage-path.js';
import { removeEmptyFolder, removeEntry, renameEntry } from './entry.js';
import { codeOf } from './errno.js';
import type { Folders } from './folders.js';
import { temporaryName } from './temporary-name.js';

/** Threads that one deletion keeps busy, at most. */
const FILES_AT_ONCE = 32;

/** Deletes the file. */
export async function removeFile(folders: Folders, path: string): Promise<void> {
  await removeEntry(folders.locate(path));
}

/**
 * Deletes the folder with all below it: at once, as far as anybody can see. After a power cut it is there whole or not at
 * all: a file system that keeps a journal, or copies on write, changes names in the order of the calls.
 */
export async function removeFolder(folders: Folders, path: string): Promise<void> {
  const doomed = folders.locate(childOf(parentOf(path), temporaryName()));
  await renameEntry(folders.locate(path), doomed);
  await removeTree(doomed);
}

/** Removes a folder that nobody else can find any more, unless they are removing the folder that it lies in. */
export async function removeTree(folder: string): Promise<void> {
  const entries = await unlessGone(readdir(folder, { withFileTypes: true }));
  const [folders, files] = [entries?.filter(isFolder) ?? [], entries?.filter((entry) => !isFolder(entry)) ?? []];
  for (let next = 0; next < files.length; next += FILES_AT_ONCE) {
    const batch = files.slice(next, next + FILES_AT_ONCE);
    await Promise.all(batch.map(({ name }) => unlessGone(removeEntry(join(folder, name)))));
  }
  for (const { name } of folders) await removeTree(join(folder, name));
  await unlessGone(removeEmptyFolder(folder));
}

const isFolder = (entry: Dirent) => entry.isDirectory();

export async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

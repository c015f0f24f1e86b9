import { fstatSync } from 'node:fs';
import { requireOffset } from '../offset.js';
import type { WriterOptions } from '../storage-driver.js';
import { InvalidOffsetError, InvalidPathError, PathNotFoundError } from '../storage-error.js';
import { childOf, parentOf } from '../storage-path.js';
import { CREATE_NEW, closeFile, openFile, truncateFile, WRITE } from './descriptor.js';
import { FILE_MODE } from './durable-file.js';
import { inspectEntry, removeEntry, renameEntry } from './entry.js';
import { codeOf, LINK_RULE } from './errno.js';
import type { WritableFile } from './filesystem-file-writer.js';
import type { Folders } from './folders.js';
import { moveFile } from './moving.js';
import { temporaryName } from './temporary-name.js';

/** Opens the file at `path` as `StorageDriver.writer` says. */
export async function openWritable(folders: Folders, path: string, options: WriterOptions): Promise<WritableFile> {
  const { append = false, offset } = options;
  if (!append) return begin(folders, path, () => requireReplaceable(folders.locate(path), path));

  if (offset !== undefined) requireOffset(path, offset);
  const fd = await openExisting(folders, path);
  if (fd !== null) return resume(folders, path, fd, offset);
  if (offset) throw new InvalidOffsetError(path, offset);
  return begin(folders, path, async () => {});
}

/**
 * A file that begins lies beside its path until it is complete, so that a crash leaves nothing there. `check` throws
 * where it could not take its place.
 */
async function begin(folders: Folders, path: string, check: () => Promise<void>): Promise<WritableFile> {
  const temporary = childOf(parentOf(path), temporaryName());
  const { result: fd, unsettled } = await folders.prepare(parentOf(path), async () => {
    await check();
    return openFile(folders.locate(temporary), CREATE_NEW, FILE_MODE);
  });
  const place = async (destination: string) => {
    if (destination !== path) return moveFile(folders, temporary, destination, path);
    await renameEntry(folders.locate(temporary), folders.locate(path));
    await folders.settle([unsettled]);
  };
  return { path, fd, size: 0, place, discard: () => discard(folders, temporary) };
}

/** Throws for what the rename in the end could not replace, or should not. */
async function requireReplaceable(file: string, path: string): Promise<void> {
  try {
    const found = await inspectEntry(file);
    if (found.isSymbolicLink()) throw new InvalidPathError(path, LINK_RULE);
    if (found.isDirectory()) throw new InvalidPathError(path, 'it is a directory');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

async function discard(folders: Folders, temporary: string): Promise<void> {
  try {
    await removeEntry(folders.locate(temporary));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  await folders.removeEmpty(parentOf(temporary));
}

async function openExisting(folders: Folders, path: string): Promise<number | null> {
  try {
    await folders.verify(parentOf(path));
    return await openFile(folders.locate(path), WRITE);
  } catch (error) {
    if (error instanceof PathNotFoundError || codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function resume(folders: Folders, path: string, fd: number, offset: number | undefined): Promise<WritableFile> {
  try {
    const { size } = fstatSync(fd);
    const start = offset ?? size;
    if (start > size) throw new InvalidOffsetError(path, start);
    if (start < size) await truncateFile(fd, start);
    const place = async (destination: string) => {
      if (destination !== path) await moveFile(folders, path, destination);
    };
    return { path, fd, size: start, place, discard: null };
  } catch (error) {
    await closeFile(fd);
    throw error;
  }
}

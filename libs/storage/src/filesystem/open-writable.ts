import { fstatSync } from 'node:fs';
import { requireOffset } from '../offset.js';
import type { WriterOptions } from '../storage-driver.js';
import { InvalidOffsetError, PathNotFoundError } from '../storage-error.js';
import { parentOf } from '../storage-path.js';
import { removeFile } from './deletion.js';
import { CREATE_EMPTY, CREATE_NEW, closeFile, openFile, truncateFile, WRITE } from './descriptor.js';
import { FILE_MODE } from './durable-file.js';
import { codeOf } from './errno.js';
import type { WritableFile } from './filesystem-file-writer.js';
import type { Folders } from './folders.js';

/** Opens the file at `path` as `StorageDriver.writer` says. */
export async function openWritable(folders: Folders, path: string, options: WriterOptions): Promise<WritableFile> {
  const { append = false, offset } = options;
  if (!append) return begin(folders, path, CREATE_EMPTY);

  if (offset !== undefined) requireOffset(path, offset);
  const fd = await openExisting(folders, path);
  if (fd !== null) return resume(path, fd, offset);
  if (offset) throw new InvalidOffsetError(path, offset);
  return begin(folders, path, CREATE_NEW);
}

async function begin(folders: Folders, path: string, flags: number): Promise<WritableFile> {
  const open = () => openFile(folders.locate(path), flags, FILE_MODE);
  const { result: fd, settle } = await folders.prepare(parentOf(path), open);
  return { path, fd, size: 0, settle, discard: () => discard(folders, path) };
}

async function discard(folders: Folders, path: string): Promise<void> {
  try {
    await removeFile(folders, path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
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

async function resume(path: string, fd: number, offset: number | undefined): Promise<WritableFile> {
  try {
    const { size } = fstatSync(fd);
    const start = offset ?? size;
    if (start > size) throw new InvalidOffsetError(path, start);
    if (start < size) await truncateFile(fd, start);
    return { path, fd, size: start, settle: async () => {}, discard: null };
  } catch (error) {
    await closeFile(fd);
    throw error;
  }
}

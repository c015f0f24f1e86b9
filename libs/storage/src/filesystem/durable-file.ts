import { closeSync } from 'node:fs';
import { rename, unlink } from 'node:fs/promises';
import { CREATE_NEW, openFile, READ, syncData, syncFile, withDescriptor, writeFully } from './descriptor.js';
import { codeOf } from './errno.js';

/** Less the umask. */
export const FILE_MODE = 0o666;

/**
 * Puts `content` in the place of whatever file is at `file`, by way of `temporary` in the same folder. The content is
 * durable, its place is only after `syncFolder`.
 */
export async function replaceFile(file: string, temporary: string, content: Uint8Array): Promise<void> {
  const fd = await openFile(temporary, CREATE_NEW, FILE_MODE);
  try {
    await writeAndClose(fd, content);
    await rename(temporary, file);
  } catch (error) {
    // What is left of it is invisible; the failure that counts is the first.
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

async function writeAndClose(fd: number, content: Uint8Array): Promise<void> {
  try {
    await writeFully(fd, [content], 0);
    await syncData(fd);
  } finally {
    closeSync(fd);
  }
}

/** Makes durable which entries the folder has. Does nothing for one that was deleted meanwhile. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder, and needs no sync of it.
  if (process.platform === 'win32') return;
  try {
    await withDescriptor(openFile(folder, READ), syncFile);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

import { closeSync } from 'node:fs';
import { CREATE_NEW, openFile, syncData, writeFully } from './descriptor.js';
import { removeEntry, renameEntry } from './entry.js';

/** Less the umask. */
export const FILE_MODE = 0o666;

/** Writes a file where none is. Its content is durable if that is asked for, its place only after `syncFolder`. */
export async function writeNewFile(
  file: string,
  content: Uint8Array,
  { durable }: { durable: boolean },
): Promise<void> {
  const fd = await openFile(file, CREATE_NEW, FILE_MODE);
  try {
    await writeFully(fd, [content], 0);
    if (durable) await syncData(fd);
  } catch (error) {
    // What is left of it is invisible; the failure that counts is the first.
    await removeEntry(file).catch(() => {});
    throw error;
  } finally {
    // Nothing waits to be written, so closing does no I/O and needs no thread.
    closeSync(fd);
  }
}

/** Puts `content` in the place of whatever file is at `file`, by way of `temporary` in the same folder. */
export async function replaceFile(file: string, temporary: string, content: Uint8Array): Promise<void> {
  await writeNewFile(temporary, content, { durable: true });
  try {
    await renameEntry(temporary, file);
  } catch (error) {
    await removeEntry(temporary).catch(() => {});
    throw error;
  }
}

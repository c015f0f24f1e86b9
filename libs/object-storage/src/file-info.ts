import type { FileInfo } from '#libs/storage';
import { recordedSize } from './keys.js';
import type { ObjectInfo } from './object-store.js';

/** Stores know no time of what lies below a prefix. */
const NO_TIME = new Date(0);

export function fileAt(path: string, { size, modifiedAt }: ObjectInfo): FileInfo {
  return { path, size, modifiedAt, isDirectory: false };
}

export function directoryAt(path: string): FileInfo {
  return { path, size: 0, modifiedAt: NO_TIME, isDirectory: true };
}

/** A file that is not complete, of which there are these records; null where there are none. */
export function unfinishedAt(path: string, records: readonly ObjectInfo[]): FileInfo | null {
  const newest = records.at(-1);
  if (!newest) return null;
  return { ...fileAt(path, newest), size: recordedSize(newest.key) ?? 0 };
}

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

/** A file that is not complete, where the first objects below its path hold a record of it; null where they do not. */
export function unfinishedAt(path: string, first: readonly ObjectInfo[]): FileInfo | null {
  const newest = first.findLast(({ key }) => recordedSize(key) !== null);
  if (!newest) return null;
  return { ...fileAt(path, newest), size: recordedSize(newest.key) ?? 0 };
}

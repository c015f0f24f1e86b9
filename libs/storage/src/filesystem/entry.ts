import { type Dirent, lstat, mkdir, readdir, rename, rmdir, type Stats, unlink } from 'node:fs';
import { promisify } from 'node:util';

/** The entries of folders, by callbacks: the promises of `node:fs/promises` take twice the time. */
export const inspectEntry: (path: string) => Promise<Stats> = promisify(lstat);
export const renameEntry: (from: string, to: string) => Promise<void> = promisify(rename);
export const removeEntry: (path: string) => Promise<void> = promisify(unlink);
export const makeFolder: (path: string, mode: number) => Promise<void> = promisify(mkdir);
export const removeEmptyFolder: (path: string) => Promise<void> = promisify(rmdir);
export const readFolder: (path: string) => Promise<string[]> = promisify(readdir);
export const readFolderEntries = (path: string): Promise<Dirent[]> =>
  new Promise((resolve, reject) =>
    readdir(path, { withFileTypes: true }, (error, entries) => (error ? reject(error) : resolve(entries))),
  );

import { InvalidPathError } from '../storage-error.js';
import { requirePath, requirePathOrRoot } from '../storage-path.js';
import { isTemporary } from './temporary-name.js';

/** Throws `InvalidPathError` unless a file can be at `path`. */
export function requireFilePath(path: string): void {
  requirePath(path);
  requireVisible(path);
}

/** Throws `InvalidPathError` unless a file or a directory can be at `path`. */
export function requireDirectoryPath(path: string): void {
  requirePathOrRoot(path);
  requireVisible(path);
}

function requireVisible(path: string): void {
  if (isTemporary(path)) throw new InvalidPathError(path, 'the name is kept for unfinished files');
}

import { InvalidPathError, PathNotFoundError } from '../storage-error.js';

export const LINK_RULE = 'symbolic links below the root are not followed';

/** The name of the operating system's error, such as `ENOENT`, where `error` is one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What a reader of `path` is told for `error`. */
export function readFailure(path: string, error: unknown): unknown {
  if (error instanceof PathNotFoundError && error.path !== path) return new PathNotFoundError(path, { cause: error });
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EISDIR':
      return new PathNotFoundError(path, { cause: error });
    default:
      return pathFailure(path, error);
  }
}

/** What a writer of `path` is told for `error`. */
export function writeFailure(path: string, error: unknown): unknown {
  switch (codeOf(error)) {
    case 'ENOENT':
      return new PathNotFoundError(path, { cause: error });
    case 'ENOTDIR':
      return new InvalidPathError(path, 'a component before the last is a file');
    case 'EISDIR':
    // What was to take its place lies in it.
    case 'ENOTEMPTY':
      return new InvalidPathError(path, 'it is a directory');
    default:
      return pathFailure(path, error);
  }
}

function pathFailure(path: string, error: unknown): unknown {
  switch (codeOf(error)) {
    case 'ENAMETOOLONG':
      return new InvalidPathError(path, 'it is too long for the file system');
    case 'ELOOP':
      return new InvalidPathError(path, LINK_RULE);
    default:
      return error;
  }
}

export { deleteIfPresent, listIfPresent, sizeIfPresent } from './if-present.js';
export { readLink, writeLink } from './link.js';
export { LockManager, type LockOptions } from './lock-manager.js';
export { isCanonical, isReservedDirectory, MANIFESTS_DIRECTORY, pathOf } from './path-mapper.js';
export { walkRepositories } from './repository-walk.js';
export {
  type FileInfo,
  FileWriter,
  type ListOptions,
  type RedirectRequest,
  StorageDriver,
  type WalkOptions,
  type WriterOptions,
} from './storage-driver.js';
export {
  InvalidOffsetError,
  InvalidPathError,
  LockTimeoutError,
  PathNotFoundError,
  StorageError,
  UnsupportedError,
  WriterClosedError,
} from './storage-error.js';

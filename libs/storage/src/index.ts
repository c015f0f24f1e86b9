export { deleteIfPresent, listIfPresent, sizeIfPresent } from './if-present.js';
export { readLink, writeLink } from './link.js';
export { loadFilesystemStorage, loadMemoryStorage, type OpenStorage } from './load-storage.js';
export { LockManager, type LockOptions } from './lock-manager.js';
export { isCanonical, pathOf } from './path-mapper.js';
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

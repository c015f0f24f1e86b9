export { boundedCache, type CacheBounds } from './bounded-cache.js';
export { type CacheOptions, CachingStorageDriver, type StorageCacheStatistics } from './caching-storage-driver.js';
export { CHANGE_COUNTERS, ChangeCounters } from './change-counters.js';
export { DIRECT_OUTPUT, type DirectOutput } from './direct-sink.js';
export { DIRECT_INPUT, type DirectInput, directInputOf } from './direct-source.js';
export { eachOf } from './each-of.js';
export { FileReader, type SeekOrigin } from './file-reader.js';
export { contentIfPresent, deleteIfPresent, listIfPresent, sizeIfPresent, walkIfPresent } from './if-present.js';
export { DEFAULT_WAIT, KeyedQueue } from './keyed-queue.js';
export { linkFile, readLink, readLinks, writeLink } from './link.js';
export { loadFilesystemStorage, loadMemoryStorage, type OpenOptions, type OpenStorage } from './load-storage.js';
export { LockManager, type LockOptions } from './lock-manager.js';
export { lookAhead } from './look-ahead.js';
export { requireLength, requireOffset } from './offset.js';
export { holdsContent, isCanonical, isContent, pathOf } from './path-mapper.js';
export { walkRepositories } from './repository-walk.js';
export { settleAll } from './settle-all.js';
export {
  type ChangeOptions,
  type FileInfo,
  FileWriter,
  type ListedFile,
  type ListOptions,
  type NewFile,
  type RedirectRequest,
  StorageDriver,
  type WalkOptions,
  type WriterOptions,
} from './storage-driver.js';
export {
  FileReaderClosedError,
  InvalidOffsetError,
  InvalidPathError,
  LockTimeoutError,
  PathNotFoundError,
  SinkClosedError,
  StorageError,
  StorageUnavailableError,
  TruncatedFileError,
  UnsupportedError,
  WriterClosedError,
} from './storage-error.js';
export { childOf, isComponent, isWithin, nameOf, requirePath, requirePathOrRoot } from './storage-path.js';
export { type TcpHandle, tcpHandleOf } from './tcp-handle.js';
export { Turnstile } from './turnstile.js';
export type { CacheStatistics } from './validated-cache.js';
export { walkTree } from './walk-tree.js';

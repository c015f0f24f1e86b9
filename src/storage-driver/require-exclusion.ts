import type { OpenStorage } from '#libs/storage';
import type { HttpConfig, StorageConfig } from '../config/index.js';
import type { Logger } from '../log/index.js';

const NO_FILE_LOCKS = 'this platform has no locks among processes: only one process may use this storage at a time';
const NO_OBJECT_LOCKS =
  'this store cannot put an object only where there is none: only one process may use this storage at a time';

/**
 * Warns where the locks of the storage do not exclude other processes. Throws where the configuration asks for several on
 * an object store: the kind of store is the choice of whoever wrote it, other than the platform is.
 */
export function requireExclusion(
  { acrossProcesses }: Pick<OpenStorage, 'acrossProcesses'>,
  { driver }: StorageConfig,
  { workers }: HttpConfig,
  logger: Logger,
): void {
  // The configuration allows one process on memory.
  if (acrossProcesses || driver === 'inmemory') return;
  if (driver === 'filesystem') {
    logger.warn(NO_FILE_LOCKS);
    return;
  }
  if (workers > 1) throw new Error(`http.workers must be 1: ${NO_OBJECT_LOCKS}`);
  logger.warn(NO_OBJECT_LOCKS);
}

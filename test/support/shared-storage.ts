import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshTestStore } from './test-store.ts';

/** A storage for several processes at a time or one after the other. */
export interface SharedStorage {
  /** As environment variables. */
  readonly settings: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** A new root in the store under test, or in a folder of this machine where no store is. */
export async function sharedStorage(): Promise<SharedStorage> {
  const settings = freshTestStore();
  // The script that started the store removes it with all that is in it.
  if (settings !== null) return { settings, remove: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), 'stowage-shared-'));
  return {
    settings: { STOWAGE_STORAGE_DRIVER: 'filesystem', STOWAGE_STORAGE_FILESYSTEM_ROOT: join(folder, 'root') },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

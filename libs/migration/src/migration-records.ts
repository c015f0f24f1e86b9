import { dirname } from 'node:path/posix';
import type { Digest } from '#libs/oci';
import { deleteIfPresent, pathOf, readLink, type StorageDriver, writeLink } from '#libs/storage';

/** Ours, outside of what registries share; gone when the migration is over. */
const FOLDER = `${dirname(pathOf.tagChanges())}/migration`;

/** Where a blob is written until it is whole and verified. */
export const INCOMING = `${FOLDER}/incoming`;

/**
 * What was migrated: for each early file that is verified and durable in today's layout, the digest of what it became.
 * The records repeat the tree of the early layout, so that a run which begins anew, in another process too, finds
 * them by the path of the early file.
 */
export class MigrationRecords {
  /** Of a dry run, which leaves nothing in the storage; null for what it took back. */
  private readonly kept = new Map<string, Digest | null>();

  constructor(
    private readonly storage: StorageDriver,
    private readonly dryRun: boolean,
  ) {}

  async get(earlyPath: string): Promise<Digest | null> {
    const kept = this.kept.get(earlyPath);
    return kept === undefined ? readLink(this.storage, recordOf(earlyPath)) : kept;
  }

  async put(earlyPath: string, digest: Digest): Promise<void> {
    if (this.dryRun) this.kept.set(earlyPath, digest);
    else await writeLink(this.storage, recordOf(earlyPath), digest);
  }

  async remove(earlyPath: string): Promise<void> {
    if (this.dryRun) this.kept.set(earlyPath, null);
    else await deleteIfPresent(this.storage, recordOf(earlyPath));
  }
}

/** Drops what migrations have left outside of today's layout. */
export async function removeRecords(storage: StorageDriver): Promise<void> {
  await deleteIfPresent(storage, FOLDER);
}

function recordOf(earlyPath: string): string {
  return FOLDER + earlyPath.slice(dirname(pathOf.repositories()).length);
}

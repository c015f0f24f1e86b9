import { CANONICAL_ALGORITHM, type Digest, OciError } from '#libs/oci';
import { pathOf, readLink, type StorageDriver, sizeIfPresent, writeLink } from '#libs/storage';
import { readEarlyFile } from './early-file.js';
import { type EarlyLink, earlyPathOf } from './early-layout.js';
import type { MigrationContext, Outcome } from './migration-context.js';

/** What an error repeats of a link that says something else, in characters. */
const MAX_TEXT = 200;

/** Links blobs that were migrated to the repositories that had them as layers. */
export class LinkMigrator {
  constructor(private readonly context: MigrationContext) {}

  /**
   * Throws `DIGEST_INVALID` where the file does not hold the digest of its path, `BLOB_UNKNOWN` where there is no such
   * blob or it was left alone, and `UNKNOWN` where the file cannot be read.
   */
  async migrate({ path, name, digest }: EarlyLink): Promise<Outcome> {
    const { storage, records, dryRun } = this.context;
    if (await records.get(path)) return 'present';
    const text = (await readEarlyFile(storage, path)).toString('latin1');
    if (text !== digest.toString()) {
      throw new OciError('DIGEST_INVALID', { digest, text: text.slice(0, MAX_TEXT) }, { message: OTHER });
    }
    const canonical = (await records.get(earlyPathOf.blob(digest))) ?? (await findLayer(storage, name, digest));
    if (!canonical) throw new OciError('BLOB_UNKNOWN', { digest }, { message: MISSING });
    if (!dryRun) {
      for (const each of [canonical, digest]) await writeLink(storage, pathOf.layerLink(name, each), canonical);
    }
    await records.put(path, canonical);
    return 'migrated';
  }
}

const OTHER = 'the link does not hold the digest of its path';
const MISSING = 'the blob that the link names is not there, or was left alone';

/** The digest of the blob that a repository has as this layer today, if it has; always one of sha256. */
export async function findLayer(storage: StorageDriver, name: string, digest: Digest): Promise<Digest | null> {
  const canonical = await readLink(storage, pathOf.layerLink(name, digest));
  if (canonical?.algorithm !== CANONICAL_ALGORITHM) return null;
  return (await sizeIfPresent(storage, pathOf.blob(canonical))) === null ? null : canonical;
}

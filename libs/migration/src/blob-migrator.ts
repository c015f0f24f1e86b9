import { createHash } from 'node:crypto';
import { CANONICAL_ALGORITHM, Digest, OciError } from '#libs/oci';
import { pathOf, sizeIfPresent } from '#libs/storage';
import { createTarSum, MalformedArchiveError, type TarSum } from '#libs/tarsum';
import { streamEarlyFile } from './early-file.js';
import type { EarlyBlob } from './early-layout.js';
import type { MigrationContext, Outcome } from './migration-context.js';
import { INCOMING } from './migration-records.js';

/** Copies blobs to where their sha256 says, and verifies their tarsums on the way. */
export class BlobMigrator {
  constructor(
    private readonly context: MigrationContext,
    /** Is told how many bytes were read, piece by piece. */
    private readonly onRead: (bytes: number) => void,
  ) {}

  /** Throws `DIGEST_INVALID` where the content is not what its name says, and `UNKNOWN` where it cannot be read. */
  async migrate(blob: EarlyBlob): Promise<Outcome> {
    const { records } = this.context;
    const recorded = await records.get(blob.path);
    if (recorded) {
      if (await this.isStored(recorded, blob.size)) return 'present';
      await records.remove(blob.path);
    }
    await records.put(blob.path, await this.copy(blob));
    return 'migrated';
  }

  /** Order of writes: data, then its move to where it is a blob. */
  private async copy(blob: EarlyBlob): Promise<Digest> {
    const { storage, dryRun } = this.context;
    const writer = dryRun ? null : await storage.writer(INCOMING);
    const tarSum = createTarSum(blob.digest.algorithm);
    const hash = createHash(CANONICAL_ALGORITHM);
    try {
      for await (const chunk of streamEarlyFile(storage, blob.path)) {
        tarSum.update(chunk);
        hash.update(chunk);
        await writer?.write(chunk);
        this.onRead(chunk.length);
      }
      requireSum(blob.digest, tarSum);
      const canonical = Digest.from(CANONICAL_ALGORITHM, hash.digest('hex'));
      if (!writer) return canonical;
      if (await this.isStored(canonical, tarSum.length)) {
        await writer.cancel();
        return canonical;
      }
      await writer.commit();
      await storage.move(INCOMING, pathOf.blob(canonical));
      return canonical;
    } catch (error) {
      // The first failure is the one to tell; what a failed cancel leaves is overwritten by the next blob.
      await writer?.cancel().catch(() => undefined);
      throw error;
    }
  }

  private async isStored(digest: Digest, size: number): Promise<boolean> {
    const { storage, thorough } = this.context;
    const path = pathOf.blob(digest);
    if ((await sizeIfPresent(storage, path)) !== size) return false;
    if (!thorough) return true;
    const hash = createHash(CANONICAL_ALGORITHM);
    for await (const chunk of await storage.reader(path)) {
      hash.update(chunk);
      this.onRead(chunk.length);
    }
    return hash.digest('hex') === digest.encoded;
  }
}

function requireSum(digest: Digest, tarSum: TarSum): void {
  try {
    const computed = tarSum.digest();
    if (computed !== digest.encoded) {
      throw new OciError('DIGEST_INVALID', { digest, computed: `${digest.algorithm}:${computed}` }, { message: OTHER });
    }
  } catch (error) {
    if (!(error instanceof MalformedArchiveError)) throw error;
    const { offset, rule } = error;
    throw new OciError('DIGEST_INVALID', { digest, offset, rule }, { message: NO_ARCHIVE, cause: error });
  }
}

const OTHER = 'the content has another tarsum than its name';
const NO_ARCHIVE = 'the content is not an archive, or not a whole one';

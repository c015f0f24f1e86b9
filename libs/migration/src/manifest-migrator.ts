import { Digest, OciError } from '#libs/oci';
import { contentIfPresent, pathOf, readLink, writeLink } from '#libs/storage';
import { readEarlyFile } from './early-file.js';
import { type EarlyManifest, earlyPathOf } from './early-layout.js';
import { type VerifiedManifest, verifyEarlyManifest } from './early-manifest.js';
import { findLayer } from './link-migrator.js';
import type { MigrationContext, Outcome } from './migration-context.js';

/** Bytes. Registries of today take no larger ones. */
const MAX_SIZE = 4 * 1024 * 1024;

/** A manifest that was migrated, and what is worth knowing about it. */
export interface ManifestOutcome {
  readonly outcome: Outcome;
  readonly notices: readonly string[];
}

/** Takes signed manifests apart into payload and signatures, as Distribution 2.0 to 2.4 stored them. */
export class ManifestMigrator {
  constructor(private readonly context: MigrationContext) {}

  /**
   * Throws what `verifyEarlyManifest` throws, `SIZE_INVALID` where the file is larger than manifests are, and `UNKNOWN`
   * where it cannot be read.
   */
  async migrate({ path, size, name, tag }: EarlyManifest): Promise<ManifestOutcome> {
    const { storage, records, thorough, dryRun } = this.context;
    if (size > MAX_SIZE) throw new OciError('SIZE_INVALID', { size, limit: MAX_SIZE }, { message: TOO_LARGE });
    const document = await readEarlyFile(storage, path);
    const manifest = await verifyEarlyManifest(document, { name, tag }, (digest) => this.hasLayer(name, digest));
    const isRecorded = (await records.get(path))?.equals(manifest.digest) ?? false;
    if (isRecorded) {
      if (thorough) await this.repair(name, manifest);
      return { outcome: 'present', notices: [] };
    }
    const isTagged = dryRun ? await this.mayTag(name, tag, manifest.digest) : await this.store(name, tag, manifest);
    await records.put(path, manifest.digest);
    return { outcome: 'migrated', notices: noticesOf(manifest, isTagged) };
  }

  private async hasLayer(name: string, digest: Digest): Promise<boolean> {
    const { storage, records } = this.context;
    if (digest.tarSum && (await records.get(earlyPathOf.layerLink(name, digest)))) return true;
    return (await findLayer(storage, name, digest)) !== null;
  }

  /**
   * Order of writes: signatures, payload, link, tag history, tag. Resolves to whether the tag was set. A change of
   * several tags that a crashed server left wins, whether it is completed before or after: it is newer.
   */
  private store(name: string, tag: string, manifest: VerifiedManifest): Promise<boolean> {
    const { storage, locks } = this.context;
    const { digest } = manifest;
    return locks.exclusively(`repository/${name}`, async () => {
      await this.storeRevision(name, manifest);
      if (!(await this.mayTag(name, tag, digest))) return false;
      await writeLink(storage, pathOf.tagIndexLink(name, tag, digest), digest);
      await writeLink(storage, pathOf.tagLink(name, tag), digest);
      return true;
    });
  }

  private async storeRevision(name: string, { digest, payload, signatures }: VerifiedManifest): Promise<void> {
    const { storage } = this.context;
    for (const signature of signatures) {
      const content = Buffer.from(signature.toString());
      const signatureDigest = Digest.of(content);
      await this.putBlob(signatureDigest, content);
      await writeLink(storage, pathOf.signatureLink(name, digest, signatureDigest), signatureDigest);
    }
    await this.putBlob(digest, payload);
    await writeLink(storage, pathOf.revisionLink(name, digest), digest);
  }

  /** Makes whole what is there of a manifest that was migrated before, unless somebody has deleted it since. */
  private async repair(name: string, manifest: VerifiedManifest): Promise<void> {
    const { storage, locks } = this.context;
    await locks.exclusively(`repository/${name}`, async () => {
      if (await readLink(storage, pathOf.revisionLink(name, manifest.digest))) await this.storeRevision(name, manifest);
    });
  }

  /** A tag that a newer registry has set stays. */
  private async mayTag(name: string, tag: string, digest: Digest): Promise<boolean> {
    const current = await readLink(this.context.storage, pathOf.tagLink(name, tag));
    return current === null || current.equals(digest);
  }

  private async putBlob(digest: Digest, content: Buffer): Promise<void> {
    const { storage } = this.context;
    const path = pathOf.blob(digest);
    const found = await contentIfPresent(storage, path);
    if (found && content.equals(found)) return;
    await storage.putContent(path, content);
  }
}

const TOO_LARGE = 'the file is larger than manifests are';
const REPRINTED =
  'served in another form than it was pushed: what is signed is kept with its signatures, the rest of the document is not';
const TAG_STAYS = 'the tag points to another manifest already, and stays: the early one is there by its digest';

function noticesOf({ isReproducible }: VerifiedManifest, isTagged: boolean): string[] {
  return [...(isReproducible ? [] : [REPRINTED]), ...(isTagged ? [] : [TAG_STAYS])];
}

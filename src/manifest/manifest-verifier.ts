import { Injectable } from '@nestjs/common';
import {
  type Descriptor,
  Digest,
  isManifestType,
  type Manifest,
  OciError,
  OciErrorList,
  type Reference,
  readManifest,
} from '#libs/oci';
import { RegistryConfig } from '../config/index.js';
import { LayerService } from '../layer/index.js';
import { ManifestStore } from './manifest-store.js';

/** How many references are looked up at once. */
const CONCURRENCY = 16;

/** About so many missing ones are named: a hostile manifest must not get an answer larger than itself. */
const MAX_MISSING = 100;

/** Checks a manifest before it is stored. */
@Injectable()
export class ManifestVerifier {
  constructor(
    private readonly config: RegistryConfig,
    private readonly layers: LayerService,
    private readonly store: ManifestStore,
  ) {}

  /**
   * Reads a manifest that is pushed to a repository. Throws an `OciErrorList` of everything that is wrong with it:
   * `DIGEST_INVALID` where its digest is not the reference, `MANIFEST_INVALID` for each rule of the format that it
   * breaks, `MANIFEST_BLOB_UNKNOWN` for each blob and manifest that the repository does not have.
   */
  async verify(name: string, reference: Reference, content: Buffer, contentType?: string): Promise<Manifest> {
    const reading = readManifest(content, contentType);
    const missing = reading.manifest ? await this.missing(name, reading.manifest) : [];
    const [first, ...others] = [...mismatch(reference, content), ...reading.errors, ...missing];
    if (first) throw new OciErrorList([first, ...others]);
    if (!reading.manifest) throw new OciError('MANIFEST_INVALID');
    return reading.manifest;
  }

  private async missing(name: string, { blobs, manifests }: Manifest): Promise<OciError[]> {
    if (this.config.manifest.allowMissingReferences) return [];
    const references = [...new Map([...blobs, ...manifests].map((entry) => [entry.digest.toString(), entry])).values()];
    const errors: OciError[] = [];
    for (let at = 0; at < references.length && errors.length < MAX_MISSING; at += CONCURRENCY) {
      const batch = references.slice(at, at + CONCURRENCY);
      const found = await Promise.all(batch.map((descriptor) => this.exists(name, descriptor)));
      errors.push(
        ...batch
          .filter((_, index) => !found[index])
          .map(({ digest }) => new OciError('MANIFEST_BLOB_UNKNOWN', { digest })),
      );
    }
    return errors;
  }

  /** An index may also list what is no manifest, and a layer may be one: what its type says is tried first. */
  private async exists(name: string, { digest, mediaType }: Descriptor): Promise<boolean> {
    const asManifest = () => this.store.exists(name, digest);
    const asBlob = () => this.layers.exists(name, digest);
    const [first, second] = isManifestType(mediaType) ? [asManifest, asBlob] : [asBlob, asManifest];
    return (await first()) || (await second());
  }
}

function mismatch(reference: Reference, content: Buffer): OciError[] {
  if ('tag' in reference) return [];
  const computed = Digest.of(content, reference.digest.algorithm);
  if (computed.equals(reference.digest)) return [];
  return [new OciError('DIGEST_INVALID', { digest: reference.digest, computed })];
}

import { Injectable } from '@nestjs/common';
import { Digest, isIndexType, type Manifest, MediaType, readManifest } from '#libs/oci';
import { contentIfPresent, deleteIfPresent, listIfPresent, type NewFile, pathOf, StorageDriver } from '#libs/storage';
import { ManifestStore } from './manifest-store.js';
import type { StoredManifest } from './stored-manifest.js';
import { TagService } from './tag.service.js';

/** How a referrer is listed (distribution specification, "Listing Referrers"). */
export interface ReferrerDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ReferrersQuery {
  readonly artifactType?: string;
  /** Only referrers behind this digest. */
  readonly last?: string;
  /** At most this many. */
  readonly limit?: number;
}

export interface ReferrersPage {
  readonly manifests: ReferrerDescriptor[];
  /** Whether there may be referrers behind the last one. */
  readonly hasMore: boolean;
}

interface Referrer {
  readonly digest: Digest;
  readonly manifest: Manifest;
  /** Bytes. */
  readonly size: number;
}

/** Clients read at most 4 MiB of a list. */
const MAX_PAGE_BYTES = 3 * 1024 * 1024;

/** The manifests that name another one as their subject. */
@Injectable()
export class ReferrersService {
  constructor(
    private readonly storage: StorageDriver,
    private readonly store: ManifestStore,
    private readonly tags: TagService,
  ) {}

  /** What lists a manifest with its subject, if it has one. */
  filesOf(name: string, referrer: Referrer): NewFile[] {
    const { subject } = referrer.manifest;
    if (!subject) return [];
    const path = pathOf.referrer(name, subject.digest, referrer.digest);
    return [{ path, content: Buffer.from(JSON.stringify(describe(referrer))) }];
  }

  /** The caller holds the repository's lock. */
  async remove(name: string, subject: Digest, referrer: Digest): Promise<void> {
    await deleteIfPresent(this.storage, pathOf.referrer(name, subject, referrer));
  }

  /** The referrers of a manifest, which need not exist, in the order of their digests. */
  async list(name: string, subject: Digest, { artifactType, last, limit }: ReferrersQuery): Promise<ReferrersPage> {
    const manifests: ReferrerDescriptor[] = [];
    let bytes = 0;
    for (const digest of await this.digests(name, subject)) {
      if (last !== undefined && digest <= last) continue;
      const descriptor = await this.descriptor(name, subject, Digest.parse(digest));
      if (!descriptor || (artifactType !== undefined && descriptor.artifactType !== artifactType)) continue;
      bytes += Buffer.byteLength(JSON.stringify(descriptor));
      const isFull = manifests.length === limit || (bytes > MAX_PAGE_BYTES && manifests.length > 0);
      if (isFull) return { manifests, hasMore: true };
      manifests.push(descriptor);
    }
    return { manifests, hasMore: false };
  }

  /** Those that were recorded, and those that a client listed itself under the referrers tag before this registry did. */
  private async digests(name: string, subject: Digest): Promise<string[]> {
    const names = await listIfPresent(this.storage, pathOf.referrers(name, subject));
    const recorded = names.map((entry) => entry.replace('-', ':'));
    return [...new Set([...recorded, ...(await this.listedByTag(name, subject))])].sort();
  }

  private async listedByTag(name: string, subject: Digest): Promise<string[]> {
    const digest = await this.tags.resolve(name, referrersTag(subject));
    const stored = digest && (await this.store.read(name, digest));
    if (!stored || !isIndexType(stored.mediaType)) return [];
    const { manifest } = readManifest(stored.content, stored.mediaType);
    return (manifest?.manifests ?? []).map((descriptor) => descriptor.digest.toString());
  }

  /** Null when the referrer is gone: its manifest decides, for a crash may have kept or lost the record. */
  private async descriptor(name: string, subject: Digest, digest: Digest): Promise<ReferrerDescriptor | null> {
    if (!(await this.store.exists(name, digest))) return null;
    const record = await contentIfPresent(this.storage, pathOf.referrer(name, subject, digest));
    if (record) return JSON.parse(record.toString());
    const stored = await this.store.read(name, digest);
    return stored && describeStored(stored);
  }
}

/** The tag under which clients list referrers where a registry does not (distribution specification, "Referrers Tag Schema"). */
function referrersTag({ algorithm, encoded }: Digest): string {
  return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`.replace(/[^\w.-]/g, '-');
}

function describeStored({ digest, mediaType, content }: StoredManifest): ReferrerDescriptor | null {
  const { manifest } = readManifest(content, mediaType);
  return manifest ? describe({ digest, manifest, size: content.length }) : null;
}

function describe({ digest, manifest, size }: Referrer): ReferrerDescriptor {
  const { mediaType, artifactType, annotations } = manifest;
  return {
    mediaType,
    digest: digest.toString(),
    size,
    ...(artifactType && { artifactType }),
    ...(annotations && { annotations }),
  };
}

/** The body of an answer. */
export function referrersIndex(manifests: readonly ReferrerDescriptor[]): object {
  return { schemaVersion: 2, mediaType: MediaType.ociIndex, manifests };
}

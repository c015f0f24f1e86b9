import { Injectable } from '@nestjs/common';
import { Digest, mediaTypeOfStored } from '#libs/oci';
import { isSchema1, Schema1Type } from '#libs/schema1';
import {
  boundedCache,
  contentIfPresent,
  deleteIfPresent,
  linkFile,
  type NewFile,
  pathOf,
  readLink,
  StorageDriver,
  sizeIfPresent,
} from '#libs/storage';
import type { StoredManifest } from './stored-manifest.js';

const KNOWN_MEDIA_TYPES = 20_000;

/** The manifests of repositories by digest: their bytes lie with the blobs, a link makes them part of a repository. */
@Injectable()
export class ManifestStore {
  /** By digest, so that a manifest which is asked for often is not read each time. */
  private readonly mediaTypes = boundedCache<string>({ entries: KNOWN_MEDIA_TYPES });

  constructor(private readonly storage: StorageDriver) {}

  async exists(name: string, digest: Digest): Promise<boolean> {
    const canonical = await readLink(this.storage, pathOf.revisionLink(name, digest));
    return canonical !== null && (await sizeIfPresent(this.storage, pathOf.blob(canonical))) !== null;
  }

  /** Null when the repository does not have it. Of a schema 1 manifest, this is the payload. */
  async read(name: string, digest: Digest): Promise<StoredManifest | null> {
    const canonical = await readLink(this.storage, pathOf.revisionLink(name, digest));
    const content = canonical && (await contentIfPresent(this.storage, pathOf.blob(canonical)));
    if (!content) return null;
    const mediaType = this.mediaTypeOf(canonical, content);
    return mediaType ? { digest, mediaType, content } : null;
  }

  private mediaTypeOf(canonical: Digest, content: Buffer): string | undefined {
    const known = this.mediaTypes.get(canonical.encoded);
    if (known !== undefined) return known;
    const mediaType = mediaTypeOfStored(content) ?? (isSchema1(content) ? Schema1Type.unsigned : undefined);
    if (mediaType !== undefined) this.mediaTypes.set(canonical.encoded, mediaType);
    return mediaType;
  }

  /** What a manifest is stored as, in the order of writing: the blob, then the link to it. */
  filesOf(name: string, digest: Digest, content: Buffer): NewFile[] {
    const canonical = Digest.of(content);
    return [{ path: pathOf.blob(canonical), content }, linkFile(pathOf.revisionLink(name, digest), canonical)];
  }

  /** Unlinks a manifest; its bytes stay. */
  async remove(name: string, digest: Digest): Promise<void> {
    await deleteIfPresent(this.storage, pathOf.revision(name, digest));
  }
}

import { Injectable } from '@nestjs/common';
import type { JsonSignature } from '#libs/json-signature';
import { Digest, type Manifest, OciError, type Reference, readManifest } from '#libs/oci';
import { isSchema1, isSchema1Type } from '#libs/schema1';
import { ManifestStore } from './manifest-store.js';
import { ManifestVerifier } from './manifest-verifier.js';
import { ReferrersService } from './referrers.service.js';
import { RepositoryLock } from './repository-lock.js';
import { Schema1Printer, Schema1Verifier, SignatureStore } from './schema1/index.js';
import type { StoredManifest } from './stored-manifest.js';
import { TagService } from './tag.service.js';
import { TagChanges } from './tag-changes.js';

/** Whether a change may go on, given the digest that its target has now; null when there is no such target. */
export type Precondition = (current: Digest | null) => boolean;

/** A manifest on its way into a repository. */
export interface ManifestPush {
  /** A tag, or the digest of the content: for a signed manifest of schema 1, that of its payload. */
  readonly reference: Reference;
  /** Kept byte for byte. How long it may be is for the caller to say. */
  readonly content: Buffer;
  /** The media type; without it, the one that the content states. */
  readonly contentType?: string;
  /** Tags to set besides the reference. */
  readonly tags?: readonly string[];
  readonly precondition?: Precondition;
  /**
   * Called for each tag that points to another manifest now, before anything is stored. What it throws is thrown, and no
   * tag is set.
   */
  readonly beforeOverwrite?: (tag: string) => void | Promise<void>;
}

export interface PushedManifest {
  readonly digest: Digest;
  /** The manifest that this one refers to. */
  readonly subject?: Digest;
}

/** A manifest that may be stored. */
interface AcceptedManifest {
  readonly digest: Digest;
  /** What the digest names. */
  readonly content: Buffer;
  /** What it says; absent for schema 1. */
  readonly manifest?: Manifest;
  /** Of schema 1. */
  readonly signatures: readonly JsonSignature[];
}

/**
 * The manifests of repositories, by tag and by digest: of OCI, of Docker's schema 2, and the signed ones of schema 1.
 * Changes of one repository run one after the other, among all processes.
 *
 * A service asks nobody whether its caller may do this, and trusts names to come from `parseRepositoryName`.
 */
@Injectable()
export class ManifestService {
  constructor(
    private readonly store: ManifestStore,
    private readonly tagService: TagService,
    private readonly changes: TagChanges,
    private readonly referrers: ReferrersService,
    private readonly verifier: ManifestVerifier,
    private readonly schema1Verifier: Schema1Verifier,
    private readonly schema1Printer: Schema1Printer,
    private readonly signatures: SignatureStore,
    private readonly lock: RepositoryLock,
  ) {}

  /** Every tag of a repository, in byte order. Throws `NAME_UNKNOWN` when there is no such repository. */
  async tags(name: string): Promise<string[]> {
    const { tags } = await this.tagService.list(name);
    return tags;
  }

  /** Whether the repository has the manifest. */
  async exists(name: string, reference: Reference): Promise<boolean> {
    const digest = await this.digestOf(name, reference);
    return digest !== null && this.store.exists(name, digest);
  }

  /** A manifest as clients take it: of schema 1, the signed form. Throws `MANIFEST_UNKNOWN`. */
  async get(name: string, reference: Reference): Promise<StoredManifest> {
    const manifest = await this.getPayload(name, reference);
    return isSchema1Type(manifest.mediaType) ? this.schema1Printer.print(name, manifest) : manifest;
  }

  /** A manifest as its digest names it: of schema 1, without the signatures. Throws `MANIFEST_UNKNOWN`. */
  async getPayload(name: string, reference: Reference): Promise<StoredManifest> {
    const digest = await this.digestOf(name, reference);
    const manifest = digest && (await this.store.read(name, digest));
    if (!manifest) throw unknown(reference);
    return manifest;
  }

  /**
   * Stores a manifest under its digest and its tags. Throws an `OciErrorList` of everything that is wrong with it,
   * such as `MANIFEST_INVALID`, `MANIFEST_BLOB_UNKNOWN` and, for schema 1, `MANIFEST_UNVERIFIED`; and `DENIED` with
   * status 412 where the precondition does not hold. Nothing is stored then.
   *
   * Order of writes, each durable before the next: referrer, which is listed only once the manifest is there, and
   * signatures; blob, link and the history of the tag; the tag. A power cut may leave the link without the blob: that is
   * no manifest.
   */
  async put(name: string, push: ManifestPush): Promise<PushedManifest> {
    const { reference } = push;
    const { digest, content, manifest, signatures } = await this.accept(name, push);
    const tags = new Set('tag' in reference ? [reference.tag, ...(push.tags ?? [])] : push.tags);
    await this.lock.exclusively(name, async () => {
      await this.requirePrecondition(name, reference, push.precondition);
      for (const tag of push.beforeOverwrite ? tags : []) {
        const current = await this.tagService.resolve(name, tag);
        if (current && !current.equals(digest)) await push.beforeOverwrite?.(tag);
      }
      const referrer = manifest ? this.referrers.filesOf(name, { digest, manifest, size: content.length }) : [];
      const beside = [...referrer, ...this.signatures.filesOf(name, digest, signatures)];
      await this.changes.apply(name, [...tags], digest, [beside, this.store.filesOf(name, digest, content)]);
    });
    return { digest, ...(manifest?.subject && { subject: manifest.subject.digest }) };
  }

  private async accept(name: string, push: ManifestPush): Promise<AcceptedManifest> {
    const { reference, content, contentType } = push;
    requireBytesDigest(reference);
    if (isSchema1(content, contentType)) {
      const { digest, payload, signatures } = await this.schema1Verifier.verify(name, reference, content, contentType);
      return { digest, content: payload, signatures };
    }
    const manifest = await this.verifier.verify(name, reference, content, contentType);
    const digest = 'digest' in reference ? reference.digest : Digest.of(content);
    return { digest, content, manifest, signatures: [] };
  }

  /**
   * Deletes a tag (the manifest stays), or a manifest with all tags that point to it (its blobs stay). Throws
   * `MANIFEST_UNKNOWN`, and `DENIED` with status 412 where the precondition does not hold.
   */
  async delete(name: string, reference: Reference, precondition?: Precondition): Promise<void> {
    await this.lock.exclusively(name, async () => {
      await this.requirePrecondition(name, reference, precondition);
      if ('tag' in reference) return this.deleteTag(name, reference);
      return this.deleteManifest(name, reference);
    });
  }

  private async deleteTag(name: string, reference: { tag: string }): Promise<void> {
    if (!(await this.tagService.resolve(name, reference.tag))) throw unknown(reference);
    await this.tagService.remove(name, reference.tag);
  }

  /** Tags first: a crash in between must not leave one that points nowhere. */
  private async deleteManifest(name: string, reference: { digest: Digest }): Promise<void> {
    const { digest } = reference;
    if (!(await this.store.exists(name, digest))) throw unknown(reference);
    const stored = await this.store.read(name, digest);
    await this.tagService.removeAllOf(name, digest);
    await this.store.remove(name, digest);
    const subject = stored && readManifest(stored.content, stored.mediaType).manifest?.subject;
    if (subject) await this.referrers.remove(name, subject.digest, digest);
  }

  private async requirePrecondition(name: string, reference: Reference, holds?: Precondition): Promise<void> {
    if (!holds) return;
    const digest = await this.digestOf(name, reference);
    const current = digest && (await this.store.exists(name, digest)) ? digest : null;
    if (holds(current)) return;
    throw new OciError('DENIED', { ...reference, current }, { status: 412, message: 'precondition failed' });
  }

  private digestOf(name: string, reference: Reference): Promise<Digest | null> {
    return 'tag' in reference ? this.tagService.resolve(name, reference.tag) : Promise.resolve(reference.digest);
  }
}

/** A manifest is named by its bytes, never as an archive. */
function requireBytesDigest(reference: Reference): void {
  if (!('digest' in reference) || !reference.digest.tarSum) return;
  throw new OciError('DIGEST_INVALID', { digest: reference.digest, rule: 'a manifest has no tarsum' });
}

function unknown(reference: Reference): OciError {
  return new OciError('MANIFEST_UNKNOWN', reference);
}

import { Injectable } from '@nestjs/common';
import { Digest, type Manifest, OciError, type Reference, readManifest } from '#libs/oci';
import { ManifestStore } from './manifest-store.js';
import { ManifestVerifier } from './manifest-verifier.js';
import { ReferrersService } from './referrers.service.js';
import { RepositoryLock } from './repository-lock.js';
import type { StoredManifest } from './stored-manifest.js';
import { TagService } from './tag.service.js';
import { TagChanges } from './tag-changes.js';

/** Whether a change may go on, given the digest that its target has now; null when there is no such target. */
export type Precondition = (current: Digest | null) => boolean;

/** A manifest on its way into a repository. */
export interface ManifestPush {
  readonly reference: Reference;
  readonly content: Buffer;
  readonly contentType?: string;
  /** Tags to set besides the reference. */
  readonly tags?: readonly string[];
  readonly precondition?: Precondition;
}

export interface PushedManifest {
  readonly digest: Digest;
  readonly manifest: Manifest;
}

/** The manifests of repositories, by tag and by digest. */
@Injectable()
export class ManifestService {
  constructor(
    private readonly store: ManifestStore,
    private readonly tags: TagService,
    private readonly changes: TagChanges,
    private readonly referrers: ReferrersService,
    private readonly verifier: ManifestVerifier,
    private readonly lock: RepositoryLock,
  ) {}

  async exists(name: string, reference: Reference): Promise<boolean> {
    const digest = await this.digestOf(name, reference);
    return digest !== null && this.store.exists(name, digest);
  }

  /** Throws `MANIFEST_UNKNOWN`. */
  async get(name: string, reference: Reference): Promise<StoredManifest> {
    const digest = await this.digestOf(name, reference);
    const manifest = digest && (await this.store.read(name, digest));
    if (!manifest) throw unknown(reference);
    return manifest;
  }

  /**
   * Stores a manifest under its digest and its tags. Throws what `ManifestVerifier.verify` throws, and `DENIED` with
   * status 412 where the precondition does not hold. Order of writes: referrer, which is listed only once the manifest is
   * there, then blob, link, tags.
   */
  async put(name: string, push: ManifestPush): Promise<PushedManifest> {
    const { reference, content } = push;
    const manifest = await this.verifier.verify(name, reference, content, push.contentType);
    const digest = 'digest' in reference ? reference.digest : Digest.of(content);
    const tags = new Set('tag' in reference ? [reference.tag, ...(push.tags ?? [])] : push.tags);
    await this.lock.exclusively(name, async () => {
      await this.requirePrecondition(name, reference, push.precondition);
      await this.referrers.add(name, { digest, manifest, size: content.length });
      await this.store.write(name, digest, content);
      await this.changes.apply(name, [...tags], digest);
    });
    return { digest, manifest };
  }

  /**
   * Deletes a tag, or a manifest with all tags that point to it. Throws `MANIFEST_UNKNOWN`, and `DENIED` with status
   * 412 where the precondition does not hold.
   */
  async delete(name: string, reference: Reference, precondition?: Precondition): Promise<void> {
    await this.lock.exclusively(name, async () => {
      await this.requirePrecondition(name, reference, precondition);
      if ('tag' in reference) return this.deleteTag(name, reference);
      return this.deleteManifest(name, reference);
    });
  }

  private async deleteTag(name: string, reference: { tag: string }): Promise<void> {
    if (!(await this.tags.resolve(name, reference.tag))) throw unknown(reference);
    await this.tags.remove(name, reference.tag);
  }

  /** Tags first: a crash in between must not leave one that points nowhere. */
  private async deleteManifest(name: string, reference: { digest: Digest }): Promise<void> {
    const { digest } = reference;
    const stored = await this.store.read(name, digest);
    if (!stored) throw unknown(reference);
    await this.tags.removeAllOf(name, digest);
    await this.store.remove(name, digest);
    const subject = readManifest(stored.content, stored.mediaType).manifest?.subject;
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
    return 'tag' in reference ? this.tags.resolve(name, reference.tag) : Promise.resolve(reference.digest);
  }
}

function unknown(reference: Reference): OciError {
  return new OciError('MANIFEST_UNKNOWN', reference);
}

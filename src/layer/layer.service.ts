import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { HashAlgorithm } from '#libs/hash';
import { CANONICAL_ALGORITHM, type Digest, OciError } from '#libs/oci';
import {
  deleteIfPresent,
  isCanonical,
  LockManager,
  PathNotFoundError,
  pathOf,
  readLink,
  StorageDriver,
  sizeIfPresent,
  walkRepositories,
  writeLink,
} from '#libs/storage';
import type { Content } from './content.js';
import { Layer } from './layer.js';
import { type FinishOptions, LayerUpload } from './layer-upload.js';
import { requireId, UploadStore } from './upload-store.js';

/** Whether the client that asks may read a repository. */
export type MayRead = (repository: string) => boolean | Promise<boolean>;

/**
 * The blobs of repositories. A blob is stored once for all; what makes it part of a repository is a link there, and
 * nothing is reachable through a repository that does not link it. Repositories are not made: they come with their
 * first content.
 *
 * A service asks nobody whether its caller may do this, and trusts names to come from `parseRepositoryName`.
 */
@Injectable()
export class LayerService {
  private readonly uploads: UploadStore;

  constructor(
    private readonly storage: StorageDriver,
    private readonly locks: LockManager,
  ) {
    this.uploads = new UploadStore(storage);
  }

  /** Whether the repository links the blob. */
  async exists(name: string, digest: Digest): Promise<boolean> {
    return (await this.find(name, digest)) !== null;
  }

  /** Finds a blob; nothing is opened yet. Throws `BLOB_UNKNOWN` when the repository does not link it. */
  async fetch(name: string, digest: Digest): Promise<Layer> {
    const layer = await this.find(name, digest);
    if (!layer) throw new OciError('BLOB_UNKNOWN', { digest });
    return layer;
  }

  /**
   * Starts an upload, which goes on until it is finished or cancelled, in whatever process. Its content is hashed for a
   * digest of `algorithm` while it comes in; to finish with a digest of another one costs a second read.
   */
  async upload(name: string, algorithm: HashAlgorithm = CANONICAL_ALGORITHM): Promise<LayerUpload> {
    const id = randomUUID();
    await this.uploads.create(name, id, algorithm);
    return this.session(name, id);
  }

  /**
   * Takes up an upload, of whatever process, where it was last acknowledged: see `offset`. Throws `BLOB_UPLOAD_UNKNOWN`
   * when the repository has no upload of this `id`.
   */
  async resume(name: string, id: string): Promise<LayerUpload> {
    const { offset } = await this.uploads.load(name, id);
    return this.session(name, id, offset);
  }

  /** Stores a blob that comes in one piece. Throws what `LayerUpload.finish` throws; nothing is left behind then. */
  async put(name: string, content: Content, options: FinishOptions): Promise<void> {
    await this.session(name, randomUUID()).put(options, content);
  }

  /**
   * An upload without looking whether there is one: that is for its first call to find out. Throws `BLOB_UPLOAD_UNKNOWN`
   * for what cannot be the id of any.
   */
  session(name: string, id: string, offset = 0): LayerUpload {
    requireId(id);
    return new LayerUpload(this.storage, this.locks, this.uploads, name, id, offset);
  }

  /** Links a blob of the repository `from` into another; resolves to whether `from` has it. */
  async mount(name: string, digest: Digest, from: string): Promise<boolean> {
    const layer = await this.find(from, digest);
    if (!layer) return false;
    await writeLink(this.storage, pathOf.layerLink(name, digest), layer.canonical);
    return true;
  }

  /** Links a blob of any repository that the client may read; resolves to whether there is one. */
  async mountFromAnywhere(name: string, digest: Digest, mayRead: MayRead): Promise<boolean> {
    if (isCanonical(digest) && (await sizeIfPresent(this.storage, pathOf.blob(digest))) === null) return false;
    for await (const from of walkRepositories(this.storage, 'layers')) {
      if ((await mayRead(from)) && (await this.mount(name, digest, from))) return true;
    }
    return false;
  }

  /**
   * Unlinks a blob from a repository, whatever manifests there refer to it; other repositories keep it. Throws
   * `BLOB_UNKNOWN` when the repository does not link it.
   */
  async delete(name: string, digest: Digest): Promise<void> {
    if (!(await deleteIfPresent(this.storage, pathOf.layerLink(name, digest)))) {
      throw new OciError('BLOB_UNKNOWN', { digest });
    }
  }

  private async find(name: string, digest: Digest): Promise<Layer | null> {
    const canonical = await readLink(this.storage, pathOf.layerLink(name, digest));
    if (!canonical) return null;
    try {
      const { size, modifiedAt } = await this.storage.stat(pathOf.blob(canonical));
      return new Layer(this.storage, digest, canonical, size, modifiedAt);
    } catch (error) {
      if (error instanceof PathNotFoundError) return null;
      throw error;
    }
  }
}

import {
  type ByteSpan,
  type ListRequest,
  listPage,
  newUploadId,
  type ObjectInfo,
  type ObjectPage,
  ObjectStore,
  type ObjectStoreTraits,
  type OpenObject,
  type PartUpload,
  type PutOptions,
  type SignOptions,
  type StoredPart,
} from '#libs/object-storage';
import { eachOf } from '#libs/storage';
import type { GcsBucket } from './gcs-bucket.js';
import { headObject, openObject } from './gcs-content.js';
import type { GcsIdentity } from './gcs-identity.js';
import { GcsParts } from './gcs-parts.js';

/** Requests of one call that are on their way at a time. */
const CONCURRENCY = 32;

/**
 * A bucket of Google Cloud Storage.
 *
 * The service takes about one change a second of one object; who changes it faster is made to wait. It takes parts of an
 * upload that was aborted, too: they are found among the unfinished ones.
 */
export class GcsStore extends ObjectStore {
  override readonly name = 'gcs';
  override readonly traits: ObjectStoreTraits = { minPartSize: 1, maxParts: 10_000, putsIfAbsent: true };
  private readonly parts: GcsParts;

  constructor(
    private readonly bucket: GcsBucket,
    private readonly identity: GcsIdentity,
  ) {
    super();
    this.parts = new GcsParts(bucket);
  }

  override async head(key: string): Promise<ObjectInfo | null> {
    return headObject(this.bucket, key);
  }

  override async get(key: string, span?: ByteSpan): Promise<OpenObject | null> {
    return openObject(this.bucket, key, span);
  }

  override async put(key: string, content: Uint8Array, { ifAbsent = false }: PutOptions = {}): Promise<boolean> {
    const generation = await this.bucket.upload(key, { length: content.length, content: () => [content], ifAbsent });
    return generation !== null;
  }

  override async delete(keys: readonly string[]): Promise<void> {
    await eachOf(keys, CONCURRENCY, (key) => this.bucket.delete(key));
  }

  override async list(request: ListRequest): Promise<ObjectPage> {
    return listPage(request, (raw) => this.bucket.list(raw));
  }

  override async copy(source: string, destination: string): Promise<boolean> {
    return this.bucket.rewrite(source, destination);
  }

  override async beginParts(key: string): Promise<PartUpload> {
    return { key, id: newUploadId() };
  }

  override async putPart(upload: PartUpload, number: number, content: Uint8Array): Promise<StoredPart> {
    return this.parts.put(upload, number, { length: content.length, content: () => [content] });
  }

  /** The service copies whole objects only, so the bytes come here and go back, as a stream. */
  override async copyPart(
    upload: PartUpload,
    number: number,
    source: string,
    span: Required<ByteSpan>,
  ): Promise<StoredPart> {
    const { bucket } = this;
    async function* content(): AsyncIterable<Uint8Array> {
      const opened = await openObject(bucket, source, span);
      if (opened === null) throw bucket.unavailable('copy a part', new Error('the source is gone'));
      yield* opened.content;
    }
    return this.parts.put(upload, number, { length: span.end - span.start + 1, content });
  }

  override async completeParts(upload: PartUpload, parts: readonly StoredPart[]): Promise<void> {
    await this.parts.complete(upload, parts);
  }

  override async abortParts(upload: PartUpload): Promise<void> {
    await this.parts.abort(upload);
  }

  override unfinishedParts(prefix: string, before: Date): AsyncIterable<PartUpload> {
    return this.parts.unfinished(prefix, before);
  }

  /** Null where this process has no key of a service account, and could only ask another service to sign. */
  override async sign(key: string, { expiresIn }: SignOptions): Promise<string | null> {
    return this.bucket.call('sign', () => this.identity.sign(this.bucket.name, key, expiresIn));
  }

  override async close(): Promise<void> {
    this.bucket.connection.close();
  }
}

import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  type ByteSpan,
  type ListRequest,
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
import { copyInParts } from './copy-in-parts.js';
import { deleteObjects } from './deletion.js';
import { listObjects } from './listing.js';
import { objectParameters } from './object-parameters.js';
import { openContent } from './opening.js';
import { putIfAbsent } from './put-if-absent.js';
import { CONTENT_TYPE, copySource, headObject, infoOf, named, type S3Bucket } from './s3-bucket.js';
import { answerTo, ifPresent, isRefused } from './s3-error.js';
import * as parts from './s3-parts.js';
import type { S3StoreOptions } from './s3-store-options.js';
import { SignedReads } from './signed-reads.js';

/** A signature holds for a week at most. */
const LONGEST_EXPIRY = 7 * 24 * 60 * 60;

/** CopyObject takes no more, with AWS. */
const LARGEST_COPY = 5 * 1024 ** 3;

/** Objects in a bucket of S3, or of another service that speaks its language. */
export class S3Store extends ObjectStore {
  override readonly name = 's3';
  private readonly bucket: S3Bucket;

  constructor(
    client: S3Client,
    options: S3StoreOptions,
    override readonly traits: ObjectStoreTraits,
  ) {
    super();
    this.bucket = { client, reads: new SignedReads(client), options, parameters: objectParameters(options) };
  }

  override async head(key: string): Promise<ObjectInfo | null> {
    const found = await headObject(this.bucket, key);
    return found && infoOf(key, found);
  }

  override async get(key: string, span: ByteSpan = { start: 0 }): Promise<OpenObject | null> {
    return openContent(this.bucket, key, span);
  }

  override async put(key: string, content: Uint8Array, { ifAbsent = false }: PutOptions = {}): Promise<boolean> {
    if (ifAbsent && this.traits.putsIfAbsent) return putIfAbsent(this.bucket, key, content);
    if (ifAbsent && (await this.head(key))) return false;
    const { client, parameters } = this.bucket;
    const command = new PutObjectCommand({
      ...named(this.bucket, key),
      ...parameters.writing,
      ContentType: CONTENT_TYPE,
      Body: content,
    });
    await answerTo('PutObject', client.send(command));
    return true;
  }

  override async delete(keys: readonly string[]): Promise<void> {
    const [only] = keys;
    if (only === undefined) return;
    if (keys.length > 1) return deleteObjects(this.bucket, keys);
    await ifPresent(
      answerTo('DeleteObject', this.bucket.client.send(new DeleteObjectCommand(named(this.bucket, only)))),
    );
  }

  override list(request: ListRequest): Promise<ObjectPage> {
    return listObjects(this.bucket, request);
  }

  override async copy(source: string, destination: string, size: number): Promise<boolean> {
    const { client, options, parameters } = this.bucket;
    if (size > Math.min(options.copyThreshold, LARGEST_COPY)) {
      return copyInParts(this.bucket, source, destination, size);
    }
    const command = new CopyObjectCommand({
      ...named(this.bucket, destination),
      ...parameters.writing,
      ...parameters.copySource,
      CopySource: copySource(this.bucket, source),
    });
    try {
      return (await ifPresent(answerTo('CopyObject', client.send(command)))) !== null;
    } catch (error) {
      // Ceph 16 copies objects that are encrypted with keys of the customer only as parts.
      if (isRefused(error, 'NotImplemented') && size > 0) return copyInParts(this.bucket, source, destination, size);
      throw error;
    }
  }

  override beginParts(key: string): Promise<PartUpload> {
    return parts.beginParts(this.bucket, key);
  }

  override putPart(upload: PartUpload, number: number, content: Uint8Array): Promise<StoredPart> {
    return parts.putPart(this.bucket, upload, number, content);
  }

  override copyPart(upload: PartUpload, number: number, source: string, span: Required<ByteSpan>): Promise<StoredPart> {
    return parts.copyPart(this.bucket, upload, number, source, span);
  }

  override completeParts(upload: PartUpload, stored: readonly StoredPart[]): Promise<void> {
    return parts.completeParts(this.bucket, upload, stored);
  }

  override abortParts(upload: PartUpload): Promise<void> {
    return parts.abortParts(this.bucket, upload);
  }

  override unfinishedParts(prefix: string, before: Date): AsyncIterable<PartUpload> {
    return parts.unfinishedParts(this.bucket, prefix, before);
  }

  /** Null with keys of the customer, which whoever has the URL would have to send. */
  override async sign(key: string, { expiresIn }: SignOptions): Promise<string | null> {
    const { client, options } = this.bucket;
    if (options.encryption === 'sse-c') return null;
    const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
    const seconds = Math.min(Math.max(Math.ceil(expiresIn / 1000), 1), LONGEST_EXPIRY);
    return answerTo(
      'GetObject',
      getSignedUrl(client, new GetObjectCommand(named(this.bucket, key)), { expiresIn: seconds }),
    );
  }

  override async close(): Promise<void> {
    this.bucket.client.destroy();
  }
}

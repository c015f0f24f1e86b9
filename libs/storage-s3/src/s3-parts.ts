import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { type ByteSpan, PartsGoneError, type PartUpload, type StoredPart } from '#libs/object-storage';
import { StorageUnavailableError } from '#libs/storage';
import { CONTENT_TYPE, copySource, headObject, named, type S3Bucket } from './s3-bucket.js';
import { answerTo, isRefused, S3RequestError } from './s3-error.js';

/** Four bytes in base64. */
const CRC32 = /^[A-Za-z0-9+/]{6}==$/;

/** What tells an object's parts from each other; a CRC32 where the service keeps one. */
interface PartResult {
  readonly ETag?: string | undefined;
  readonly ChecksumCRC32?: string | undefined;
}

export async function beginParts(
  bucket: S3Bucket,
  key: string,
  checksums = bucket.options.checksums,
): Promise<PartUpload> {
  const { client, parameters } = bucket;
  const command = new CreateMultipartUploadCommand({
    ...named(bucket, key),
    ...parameters.writing,
    ContentType: CONTENT_TYPE,
    ...(checksums === 'when-supported' && { ChecksumAlgorithm: 'CRC32' }),
  });
  const { UploadId = '' } = await answerTo('CreateMultipartUpload', client.send(command));
  return { key, id: UploadId };
}

export async function putPart(
  bucket: S3Bucket,
  upload: PartUpload,
  number: number,
  content: Uint8Array,
): Promise<StoredPart> {
  const { client, parameters } = bucket;
  const command = new UploadPartCommand({
    ...ofParts(bucket, upload),
    ...parameters.reading,
    PartNumber: number,
    Body: content,
  });
  const result = await ofUpload(upload, answerTo('UploadPart', client.send(command)));
  return { number, size: content.length, tag: tagOf(result) };
}

export async function copyPart(
  bucket: S3Bucket,
  upload: PartUpload,
  number: number,
  source: string,
  { start, end }: Required<ByteSpan>,
): Promise<StoredPart> {
  const { client, parameters } = bucket;
  const command = new UploadPartCopyCommand({
    ...ofParts(bucket, upload),
    ...parameters.reading,
    ...parameters.copySource,
    PartNumber: number,
    CopySource: copySource(bucket, source),
    CopySourceRange: `bytes=${start}-${end}`,
  });
  const { CopyPartResult = {} } = await ofUpload(upload, answerTo('UploadPartCopy', client.send(command)));
  return { number, size: end - start + 1, tag: tagOf(CopyPartResult) };
}

export async function completeParts(bucket: S3Bucket, upload: PartUpload, parts: readonly StoredPart[]): Promise<void> {
  const { client, parameters } = bucket;
  const command = new CompleteMultipartUploadCommand({
    ...ofParts(bucket, upload),
    ...parameters.reading,
    MultipartUpload: { Parts: parts.map(completedPart) },
  });
  try {
    await answerTo('CompleteMultipartUpload', client.send(command));
  } catch (error) {
    const refusal = await whyGone(bucket, upload, error);
    if (refusal === null) throw error;
    if (!(await wasCompleted(bucket, upload, parts, refusal))) throw new PartsGoneError(upload.key, { cause: error });
  }
}

export async function abortParts(bucket: S3Bucket, upload: PartUpload): Promise<void> {
  const command = new AbortMultipartUploadCommand(ofParts(bucket, upload));
  try {
    await answerTo('AbortMultipartUpload', bucket.client.send(command));
  } catch (error) {
    if (!isRefused(error, 'NoSuchUpload')) throw error;
  }
}

export async function* unfinishedParts(
  { client, options }: S3Bucket,
  prefix: string,
  before: Date,
): AsyncGenerator<PartUpload> {
  let marker: { KeyMarker?: string; UploadIdMarker?: string } | null = {};
  while (marker) {
    const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
      Bucket: options.bucket,
      Prefix: prefix,
      ...marker,
    });
    const page = await answerTo('ListMultipartUploads', client.send(command));
    for (const { Key: key, UploadId: id, Initiated } of page.Uploads ?? []) {
      if (key !== undefined && id !== undefined && Initiated && Initiated < before) yield { key, id };
    }
    marker =
      page.IsTruncated && page.NextKeyMarker !== undefined
        ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker ?? '' }
        : null;
  }
}

function ofParts(bucket: S3Bucket, { key, id }: PartUpload) {
  return { ...named(bucket, key), UploadId: id };
}

async function ofUpload<T>({ key }: PartUpload, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw isRefused(error, 'NoSuchUpload') ? new PartsGoneError(key, { cause: error }) : error;
  }
}

function tagOf({ ETag = '', ChecksumCRC32 = '' }: PartResult): string {
  // Of a part that is copied, VersityGW gives the checksum of the whole source, with the number of its parts.
  return CRC32.test(ChecksumCRC32) ? `${ETag} ${ChecksumCRC32}` : ETag;
}

function completedPart({ number, tag }: StoredPart): CompletedPart {
  const [ETag, ChecksumCRC32] = tag.split(' ');
  return { PartNumber: number, ETag, ...(ChecksumCRC32 !== undefined && { ChecksumCRC32 }) };
}

/**
 * What says that the upload, or a part of it, is gone; null where the request failed for another reason. Ceph 16 answers
 * with 500 to the completion of an upload that is gone, and does not complete one that has parts more than it should.
 */
async function whyGone(bucket: S3Bucket, upload: PartUpload, error: unknown): Promise<S3RequestError | null> {
  if (isRefused(error, 'NoSuchUpload') || isRefused(error, 'InvalidPart')) return error;
  const failure = error instanceof StorageUnavailableError ? error.cause : null;
  if (!(failure instanceof S3RequestError) || failure.status !== 500) return null;
  return (await isThere(bucket, upload)) ? null : failure;
}

async function isThere(bucket: S3Bucket, upload: PartUpload): Promise<boolean> {
  const command = new ListPartsCommand({ ...ofParts(bucket, upload), ...bucket.parameters.reading, MaxParts: 1 });
  try {
    await answerTo('ListParts', bucket.client.send(command));
    return true;
  } catch (error) {
    // NoSuchUpload; with Ceph it is NoSuchKey.
    if (error instanceof S3RequestError && error.status === 404) return false;
    throw error;
  }
}

/**
 * Whether an upload that is gone was completed by an attempt whose answer was lost. An object of parts has their number
 * behind its ETag.
 */
async function wasCompleted(
  bucket: S3Bucket,
  { key }: PartUpload,
  parts: readonly StoredPart[],
  { attempts }: S3RequestError,
): Promise<boolean> {
  if (attempts === 1) return false;
  const found = await headObject(bucket, key);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  return found !== null && found.ContentLength === size && isOfParts(found.ETag, parts.length);
}

function isOfParts(etag = '', count: number): boolean {
  return etag.replaceAll('"', '').endsWith(`-${count}`);
}

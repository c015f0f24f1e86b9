import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '#libs/object-storage';
import type { ObjectParameters } from './object-parameters.js';
import { answerTo, ifPresent } from './s3-error.js';
import type { S3StoreOptions } from './s3-store-options.js';
import type { FoundObject, SignedReads } from './signed-reads.js';

export const CONTENT_TYPE = 'application/octet-stream';

/** What all requests of a store have in common. */
export interface S3Bucket {
  readonly client: S3Client;
  readonly reads: SignedReads;
  readonly options: S3StoreOptions;
  readonly parameters: ObjectParameters;
}

/** How requests name an object. */
export function named({ options }: S3Bucket, key: string): { Bucket: string; Key: string } {
  return { Bucket: options.bucket, Key: key };
}

/** How a request names the object that it copies from. */
export function copySource({ options }: S3Bucket, key: string): string {
  return `${options.bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
}

/** Null where no object has the key. */
export function headObject(bucket: S3Bucket, key: string): Promise<FoundObject | null> {
  const input = { ...named(bucket, key), ...bucket.parameters.reading };
  return ifPresent(answerTo('HeadObject', bucket.reads.head(input)));
}

export function infoOf(key: string, { ContentLength = 0, LastModified = new Date(0) }: FoundObject): ObjectInfo {
  return { key, size: ContentLength, modifiedAt: LastModified };
}

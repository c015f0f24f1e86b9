import { ServerSideEncryption, type StorageClass } from '@aws-sdk/client-s3';
import type { S3StoreOptions } from './s3-store-options.js';

/** What every request about an object has to say so that it is encrypted, and kept, as configured. */
export interface ObjectParameters {
  /** Of requests that write an object, or begin one. */
  readonly writing: {
    readonly StorageClass?: StorageClass;
    readonly ServerSideEncryption?: ServerSideEncryption;
    readonly SSEKMSKeyId?: string;
    readonly SSECustomerAlgorithm?: string;
    readonly SSECustomerKey?: string;
  };
  /** Of requests that read an object or write a part. */
  readonly reading: { readonly SSECustomerAlgorithm?: string; readonly SSECustomerKey?: string };
  /** Of requests that copy, for the source. */
  readonly copySource: { readonly CopySourceSSECustomerAlgorithm?: string; readonly CopySourceSSECustomerKey?: string };
}

export function objectParameters({
  storageClass,
  encryption,
  kmsKey,
  customerKey,
}: Pick<S3StoreOptions, 'storageClass' | 'encryption' | 'kmsKey' | 'customerKey'>): ObjectParameters {
  // The service knows which classes there are; the SDK's list is of AWS.
  const kept = storageClass === undefined ? {} : { StorageClass: storageClass as StorageClass };
  if (encryption === 'sse-c' && customerKey !== undefined) {
    const customer = { SSECustomerAlgorithm: 'AES256', SSECustomerKey: customerKey };
    return {
      writing: { ...kept, ...customer },
      reading: customer,
      copySource: { CopySourceSSECustomerAlgorithm: 'AES256', CopySourceSSECustomerKey: customerKey },
    };
  }
  return { writing: { ...kept, ...serverSide(encryption, kmsKey) }, reading: {}, copySource: {} };
}

function serverSide(encryption: S3StoreOptions['encryption'], kmsKey: string | undefined) {
  if (encryption === 'sse-s3') return { ServerSideEncryption: ServerSideEncryption.AES256 };
  if (encryption !== 'sse-kms') return {};
  return { ServerSideEncryption: ServerSideEncryption.aws_kms, ...(kmsKey !== undefined && { SSEKMSKeyId: kmsKey }) };
}

import { TEST_OPTIONS } from './options-of-test.contract.js';
import { createS3Client } from './s3-client.js';
import { S3Store } from './s3-store.js';
import type { S3StoreOptions } from './s3-store-options.js';

const MIB = 1024 * 1024;

/** A store in a service that a test speaks for. */
export async function storeAt(endpoint: string, options: Partial<S3StoreOptions> = {}): Promise<S3Store> {
  const all = { ...TEST_OPTIONS, bucket: 'bucket', region: 'eu-west-1', endpoint, pathStyle: true, ...options };
  return new S3Store(await createS3Client(all), all, { minPartSize: 5 * MIB, maxParts: 10_000, putsIfAbsent: true });
}

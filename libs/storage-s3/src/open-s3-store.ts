import { randomUUID } from 'node:crypto';
import type { ObjectStore, ObjectStoreTraits } from '#libs/object-storage';
import { MAX_PARTS } from './copy-in-parts.js';
import { createS3Client } from './s3-client.js';
import { S3RequestError } from './s3-error.js';
import { S3Store } from './s3-store.js';
import type { S3StoreOptions } from './s3-store-options.js';

const TRAITS: ObjectStoreTraits = { minPartSize: 5 * 1024 * 1024, maxParts: MAX_PARTS, putsIfAbsent: true };

/** Opens a bucket. Rejects with `StorageUnavailableError` where it cannot be written to. */
export async function openS3Store(options: S3StoreOptions): Promise<ObjectStore> {
  const client = await createS3Client(options);
  try {
    const store = new S3Store(client, options, TRAITS);
    if (await putsIfAbsent(store, options.prefix ?? '')) return store;
    return new S3Store(client, options, { ...TRAITS, putsIfAbsent: false });
  } catch (error) {
    client.destroy();
    throw error;
  }
}

/** Whether the service knows conditional writes. Older ones pass over the condition, and put the second time, too. */
async function putsIfAbsent(store: S3Store, prefix: string): Promise<boolean> {
  const key = `${prefix}.stowage-probe-${randomUUID()}`;
  try {
    await store.put(key, Buffer.from('first'), { ifAbsent: true });
    const putTwice = await store.put(key, Buffer.from('second'), { ifAbsent: true });
    await store.delete([key]);
    return !putTwice;
  } catch (error) {
    await store.delete([key]).catch(() => undefined);
    if (error instanceof S3RequestError && (error.status === 501 || error.status === 400)) return false;
    throw error;
  }
}

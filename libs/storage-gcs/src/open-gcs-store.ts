import type { ObjectStore } from '#libs/object-storage';
import { GcsBucket } from './gcs-bucket.js';
import { GcsConnection } from './gcs-connection.js';
import { AccountIdentity, ANONYMOUS } from './gcs-identity.js';
import { GcsStore } from './gcs-store.js';
import type { GcsStoreOptions } from './gcs-store-options.js';

/** Opens the bucket, without asking the service whether it is there. */
export async function openGcsStore(options: GcsStoreOptions): Promise<ObjectStore> {
  const { bucket, endpoint = 'https://storage.googleapis.com', keyFile, maxAttempts } = options;
  const isAnonymous = options.endpoint !== undefined && keyFile === undefined;
  const identity = isAnonymous ? ANONYMOUS : new AccountIdentity(options);
  const connection = new GcsConnection(endpoint.replace(/\/$/, ''), identity, options);
  return new GcsStore(new GcsBucket(connection, bucket, maxAttempts), identity);
}

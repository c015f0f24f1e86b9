export { openS3Store } from './open-s3-store.js';
export { S3RequestError } from './s3-error.js';
export type { S3StoreOptions } from './s3-store-options.js';

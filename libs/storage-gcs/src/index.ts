export type { GcsStoreOptions } from './gcs-store-options.js';
export { openGcsStore } from './open-gcs-store.js';

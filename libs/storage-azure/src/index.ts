export type { AzureStoreOptions } from './azure-store-options.js';
export { openAzureStore } from './open-azure-store.js';

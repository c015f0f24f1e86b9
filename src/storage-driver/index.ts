export { StorageCache } from './storage-cache.js';
export { StorageDriverModule } from './storage-driver.module.js';

export { StorageDriverModule } from './storage-driver.module.js';

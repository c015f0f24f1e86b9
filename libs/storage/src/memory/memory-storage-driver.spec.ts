import { describeStorageDriver } from '../storage-driver.contract.js';
import { MemoryStorageDriver } from './memory-storage-driver.js';

describeStorageDriver('MemoryStorageDriver', async () => new MemoryStorageDriver(), { keepsContentInMemory: true });

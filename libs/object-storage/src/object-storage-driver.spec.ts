import { describe } from '@jest/globals';
import { describeStorageDriver } from '../../storage/src/storage-driver.contract.js';
import { MemoryObjectStore } from './memory/memory-object-store.js';
import { ObjectStorageDriver } from './object-storage-driver.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const IN_MEMORY = { keepsContentInMemory: true, lacksDirectories: true };

describe.each([
  ['parts of a mebibyte', 1, MIB, 'registry/'],
  ['parts of any size', 1, 64 * KIB, ''],
  ['parts of the least size that the store takes', 2 * MIB, 1, 'a/b/'],
])('over memory, in %s', (_, minPartSize, partSize, root) => {
  describeStorageDriver(
    'ObjectStorageDriver',
    async () =>
      new ObjectStorageDriver(new MemoryObjectStore({ minPartSize }), {
        root,
        partSize,
        partConcurrency: 3,
        redirectExpiry: null,
      }),
    IN_MEMORY,
  );
});

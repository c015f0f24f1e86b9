import { describe, expect, it } from '@jest/globals';
import { Digest } from '#libs/oci';
import { CachingStorageDriver, pathOf } from '#libs/storage';
import { MemoryObjectStore } from './memory/memory-object-store.js';
import { openObjectStorage } from './open-object-storage.js';
import { record } from './watched-store.contract.js';

const OPTIONS = { root: '', partSize: 1024, partConcurrency: 2, redirectExpiry: null };
const BLOB = pathOf.blob(Digest.parse(`sha256:${'ab'.repeat(32)}`));
const LINK = pathOf.tagLink('library/app', 'latest');

describe('openObjectStorage', () => {
  it('gives a storage that several processes work on, each of which keeps nothing that the others change', async () => {
    const calls: string[] = [];
    const store = new MemoryObjectStore();
    const { driver, changes, mayKeep } = await openObjectStorage(record(store, calls), OPTIONS);
    const other = await openObjectStorage(store, OPTIONS);
    if (!changes) throw new Error('changes are counted');
    const cache = new CachingStorageDriver(driver, changes, { maxBytes: 1_000_000, maxEntries: 100, mayKeep });
    for (const path of [BLOB, LINK]) await other.driver.putContent(path, Buffer.from('old'));
    for (let time = 0; time < 3; time++) for (const path of [BLOB, LINK]) await cache.getContent(path);
    expect(calls).toEqual(['put', 'get', 'get', 'get', 'get']);
    await other.driver.putContent(LINK, Buffer.from('new'));
    expect(String(await cache.getContent(LINK))).toBe('new');
  });

  it.each([true, false])('tells whether its locks exclude other processes: %j', async (putsIfAbsent) => {
    const storage = await openObjectStorage(new MemoryObjectStore({ putsIfAbsent }), OPTIONS);
    expect(storage.acrossProcesses).toBe(putsIfAbsent);
    expect(await storage.locks.exclusively('key', async () => 'held')).toBe('held');
  });
});

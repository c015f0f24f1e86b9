import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createHash } from '#libs/hash';
import { type ListedFile, loadMemoryStorage, pathOf, type StorageDriver } from '#libs/storage';
import { UploadStore } from './upload-store.js';

const NAME = 'library/app';

describe('UploadStore', () => {
  it('never tells of bytes that are not acknowledged, even when it looks while a chunk comes in', async () => {
    const { driver } = await loadMemoryStorage();
    const store = new UploadStore(driver);
    const id = randomUUID();
    const acknowledge = async (content: string) => {
      const hash = createHash('sha256');
      hash.update(Buffer.from(content));
      await driver.putContent(pathOf.uploadData(NAME, id), Buffer.from(content));
      const state = await store.load(NAME, id);
      await store.save(NAME, id, content.length, { ...state, hashes: new Map([['sha256', hash]]) });
    };
    await store.create(NAME, id, 'sha256');
    await acknowledge('first');
    await driver.putContent(pathOf.uploadData(NAME, id), Buffer.from('first, sec'));

    const meanwhile = async () => {
      for (const content of ['first, second', 'first, second, third']) await acknowledge(content);
    };
    const { offset } = await new UploadStore(changedWhileListed(driver, meanwhile)).load(NAME, id);
    expect(offset).toBe('first, second, third'.length);
  });
});

/** A storage in which `meanwhile` happens between the size of the data and the hash states, when files are listed first. */
function changedWhileListed(storage: StorageDriver, meanwhile: () => Promise<void>): StorageDriver {
  let isFirst = true;
  const filesBelow: StorageDriver['filesBelow'] = async (path) => {
    const before = await storage.filesBelow(path);
    if (isFirst) await meanwhile();
    isFirst = false;
    const isData = (file: ListedFile) => file.path.endsWith('/data');
    const after = await storage.filesBelow(path);
    return [...before.filter(isData), ...after.filter((file) => !isData(file))];
  };
  return new Proxy(storage, {
    get: (_target, key) => (key === 'filesBelow' ? filesBelow : Reflect.get(storage, key).bind(storage)),
  });
}

import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createHash } from '#libs/hash';
import { loadMemoryStorage, pathOf, type StorageDriver } from '#libs/storage';
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
      await store.save(NAME, id, content.length, new Map([['sha256', hash]]));
    };
    await store.create(NAME, id, 'sha256');
    await acknowledge('first');
    await driver.putContent(pathOf.uploadData(NAME, id), Buffer.from('first, sec'));

    const meanwhile = () => acknowledge('first, second');
    const { offset } = await new UploadStore(slowToList(driver, meanwhile)).load(NAME, id);
    expect(['first'.length, 'first, second'.length]).toContain(offset);
  });
});

/** A storage that lists slowly, so that `meanwhile` happens between the size of the data and the list of the hash states. */
function slowToList(storage: StorageDriver, meanwhile: () => Promise<void>): StorageDriver {
  const stat: StorageDriver['stat'] = async (path) => {
    const found = await storage.stat(path);
    if (path.endsWith('/data')) await meanwhile();
    return found;
  };
  const list: StorageDriver['list'] = async (path, options) => {
    await setImmediate();
    return storage.list(path, options);
  };
  const slow = { stat, list };
  return new Proxy(storage, {
    get: (_target, key) => Reflect.get(slow, key) ?? Reflect.get(storage, key).bind(storage),
  });
}

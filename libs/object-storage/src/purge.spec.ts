import { setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryObjectStore } from './memory/memory-object-store.js';
import { ObjectStorageDriver } from './object-storage-driver.js';
import { purgeParts } from './purge.js';

const KEY = 'registry/docker/registry/v2/repositories/app/_uploads/1/data';
const record = (size: number) => `${KEY}!${String(size).padStart(15, '0')}`;

/** A time that what was made so far lies before, and what is made later does not. */
async function now(): Promise<Date> {
  const time = Date.now() + 1;
  while (Date.now() < time) await setTimeout(1);
  return new Date(time);
}

describe('purgeParts', () => {
  let store: MemoryObjectStore;

  beforeEach(() => {
    store = new MemoryObjectStore();
  });

  async function begin(key = KEY): Promise<() => Promise<unknown>> {
    const upload = await store.beginParts(key);
    const part = await store.putPart(upload, 1, Buffer.from('part'));
    return () => store.completeParts(upload, [part]);
  }

  it('drops parts that nothing records', async () => {
    const complete = await begin();
    expect(await purgeParts(store, 'registry/', await now())).toBe(1);
    await expect(complete()).rejects.toThrow('gone');
  });

  it('drops parts whose last record is old, too', async () => {
    const complete = await begin();
    await store.put(record(4), Buffer.from('record'));
    expect(await purgeParts(store, 'registry/', await now())).toBe(1);
    await expect(complete()).rejects.toThrow('gone');
  });

  it('keeps parts that were begun since', async () => {
    const before = await now();
    const complete = await begin();
    expect(await purgeParts(store, 'registry/', before)).toBe(0);
    await complete();
  });

  it('keeps parts that were begun before, and recorded since', async () => {
    const complete = await begin();
    await store.put(record(4), Buffer.from('record'));
    const before = await now();
    await store.put(record(8), Buffer.from('record'));
    expect(await purgeParts(store, 'registry/', before)).toBe(0);
    await complete();
  });

  it('keeps parts that are for a key among the records, and recorded since', async () => {
    const complete = await begin(`${KEY}!6f0c7d52-3a6e-4f0c-9c0b-0d6f0b0a7a11`);
    const before = await now();
    await store.put(record(4), Buffer.from('record'));
    expect(await purgeParts(store, 'registry/', before)).toBe(0);
    await complete();
  });

  it('is what the driver does below its root', async () => {
    const options = { root: 'registry/', partSize: 4, partConcurrency: 1, redirectExpiry: null };
    const complete = await begin();
    const completeOther = await begin('other/data');
    expect(await new ObjectStorageDriver(store, options).purge(await now())).toBe(1);
    await expect(complete()).rejects.toThrow('gone');
    await completeOther();
  });

  it('keeps what lies elsewhere', async () => {
    const complete = await begin('other/data');
    expect(await purgeParts(store, 'registry/', await now())).toBe(0);
    await complete();
  });
});

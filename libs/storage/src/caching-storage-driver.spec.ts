import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CachingStorageDriver } from './caching-storage-driver.js';
import { CHANGE_COUNTERS, ChangeCounters } from './change-counters.js';
import { MemoryStorageDriver } from './memory/memory-storage-driver.js';
import { isContent } from './path-mapper.js';
import { describeStorageDriver } from './storage-driver.contract.js';
import type { StorageDriver } from './storage-driver.js';
import { PathNotFoundError } from './storage-error.js';

const OPTIONS = { maxBytes: 1024 * 1024, maxEntries: 1000 };
const newCounters = () => new ChangeCounters(new Int32Array(CHANGE_COUNTERS));

describeStorageDriver(
  'a cache over another driver',
  async () => new CachingStorageDriver(new MemoryStorageDriver(), newCounters(), OPTIONS),
  { keepsContentInMemory: true },
);

describe('CachingStorageDriver', () => {
  const LINK = '/repositories/a/_manifests/tags/latest/current/link';
  let inner: MemoryStorageDriver;
  let one: CachingStorageDriver;
  let other: CachingStorageDriver;

  beforeEach(() => {
    inner = new MemoryStorageDriver();
    const counters = newCounters();
    one = new CachingStorageDriver(inner, counters, OPTIONS);
    other = new CachingStorageDriver(inner, counters, OPTIONS);
  });

  it('reads a file once, and counts what it keeps and how often that was asked for', async () => {
    await inner.putContent(LINK, Buffer.from('x'));
    for (let time = 0; time < 3; time++) expect(String(await one.getContent(LINK))).toBe('x');
    await one.stat(LINK);
    for (let time = 0; time < 2; time++) await one.list('/repositories/a/_manifests/tags');
    expect(one.statistics).toEqual({
      contents: { hits: 2, misses: 1, entries: 1, bytes: expect.any(Number) },
      infos: { hits: 0, misses: 1, entries: 1 },
      lists: { hits: 1, misses: 1, entries: 1 },
    });
  });

  it('counts what is out of date, and what is not there, as missed', async () => {
    await inner.putContent(LINK, Buffer.from('old'));
    await one.getContent(LINK);
    await other.putContent(LINK, Buffer.from('new'));
    await one.getContent(LINK);
    await one.getContent('/missing').catch(() => undefined);
    expect(one.statistics.contents).toMatchObject({ hits: 0, misses: 3, entries: 1 });
  });

  it('reads of many files only those that it does not have, and none that is out of date', async () => {
    const paths = ['/a', '/b', '/c', '/missing'];
    for (const path of paths.slice(0, 3)) await inner.putContent(path, Buffer.from('old'));
    await one.getContent('/a');
    await one.getContent('/b');
    await other.putContent('/b', Buffer.from('new'));
    expect((await one.getAll(paths)).map((content) => content && String(content))).toEqual(['old', 'new', 'old', null]);
    expect(one.statistics.contents).toMatchObject({ hits: 1, misses: 5, entries: 3 });
  });

  it.each([
    ['entries', { maxBytes: 1024, maxEntries: 2 }, 2, 512],
    ['bytes', { maxBytes: 1000, maxEntries: 100 }, 9, 108],
  ])('keeps no more %s than it may', async (_limit, options, entries, size) => {
    const small = new CachingStorageDriver(inner, newCounters(), options);
    const paths = Array.from({ length: 20 }, (_, number) => `/file-${10 + number}`);
    for (const path of paths) {
      await inner.putContent(path, Buffer.alloc(100));
      await small.getContent(path);
    }
    await inner.putContent('/large', Buffer.alloc(500));
    await small.getContent('/large');
    expect(small.statistics.contents).toEqual({ hits: 0, misses: 21, entries, bytes: entries * size });
  });

  it('has a small file that was put, as it was put', async () => {
    const content = Buffer.from('x');
    await one.putAll([[{ path: LINK, content }], [{ path: '/small', content }]]);
    await one.putContent('/large', Buffer.alloc(5000));
    content.fill('y');
    expect(String(await one.getContent(LINK))).toBe('x');
    expect(String(await one.getContent('/small'))).toBe('x');
    expect(one.statistics.contents).toMatchObject({ hits: 2, misses: 0, entries: 2 });
    await one.getContent('/large');
    expect(one.statistics.contents).toMatchObject({ hits: 2, misses: 1 });
  });

  it('keeps what it has of other directories than the one that is removed', async () => {
    const tags = ['a', 'b', 'c'].map((tag) => `/repositories/r/_manifests/tags/${tag}/current/link`);
    for (const path of tags) await inner.putContent(path, Buffer.from('x'));
    for (const path of tags) await one.getContent(path);
    await other.delete('/repositories/r/_manifests/tags/b');
    await one.getContent(String(tags[0]));
    await one.getContent(String(tags[2]));
    expect(one.statistics.contents).toMatchObject({ hits: 2, misses: 3 });
    await expect(one.getContent(String(tags[1]))).rejects.toThrow(PathNotFoundError);
  });

  it('tells that a directory is gone with the last file in it', async () => {
    await inner.putContent(LINK, Buffer.from('x'));
    const folder = LINK.slice(0, LINK.lastIndexOf('/'));
    expect((await one.stat(folder)).isDirectory).toBe(true);
    await other.delete(LINK);
    await expect(one.stat(folder)).rejects.toThrow(PathNotFoundError);
  });

  it.each(['before', 'after'])('forgets what it put where somebody else puts %s it is counted', async (order) => {
    const put = inner.putContent.bind(inner);
    inner.putContent = async (path, content) => {
      inner.putContent = put;
      await put(path, content);
      if (order === 'before') await other.putContent(LINK, Buffer.from('new'));
    };
    await one.putContent(LINK, Buffer.from('old'));
    if (order === 'after') await other.putContent(LINK, Buffer.from('new'));
    expect(String(await one.getContent(LINK))).toBe('new');
  });

  const changes: [string, (driver: StorageDriver) => Promise<unknown>][] = [
    ['a put', (driver) => driver.putContent(LINK, Buffer.from('new'))],
    [
      'a move over it',
      async (driver) => {
        await driver.putContent('/elsewhere', Buffer.from('new'));
        await driver.move('/elsewhere', LINK);
      },
    ],
    [
      'a writer',
      async (driver) => {
        const writer = await driver.writer(LINK);
        await writer.write(Buffer.from('new'));
        await writer.commit();
      },
    ],
    ['its removal', (driver) => driver.delete(LINK)],
    ['the removal of its directory', (driver) => driver.delete('/repositories/a/_manifests/tags/latest')],
    ['the removal of its repository', (driver) => driver.delete('/repositories/a')],
  ];

  it.each(changes)('sees %s by another process', async (_case, change) => {
    await other.putContent(LINK, Buffer.from('old'));
    expect([String(await one.getContent(LINK)), (await one.stat(LINK)).size]).toEqual(['old', 3]);
    await change(other);
    const expected = await inner.getContent(LINK).catch((error) => error.name);
    expect(String(await one.getContent(LINK).catch((error) => error.name))).toBe(String(expected));
    if (expected === 'PathNotFoundError') await expect(one.stat(LINK)).rejects.toBeInstanceOf(PathNotFoundError);
  });

  it('sees new names by another process', async () => {
    await other.putContent('/r/_manifests/tags/b/link', Buffer.from('x'));
    expect(await one.list('/r/_manifests/tags')).toEqual(['b']);
    await other.putContent('/r/_manifests/tags/a/link', Buffer.from('x'));
    expect(await one.list('/r/_manifests/tags', { limit: 1 })).toEqual(['a']);
    await other.delete('/r/_manifests/tags/a');
    expect(await one.list('/r/_manifests/tags')).toEqual(['b']);
  });

  describe('where others change the storage without counting', () => {
    const BLOB = '/docker/registry/v2/blobs/sha256/ab/abcd/data';

    beforeEach(() => {
      one = new CachingStorageDriver(inner, newCounters(), { ...OPTIONS, mayKeep: isContent });
      other = new CachingStorageDriver(inner, newCounters(), { ...OPTIONS, mayKeep: isContent });
    });

    it('keeps what lies under its digest, and its size', async () => {
      await one.putContent(BLOB, Buffer.from('x'));
      for (const cache of [one, other]) {
        for (let time = 0; time < 2; time++) expect(String(await cache.getContent(BLOB))).toBe('x');
        for (let time = 0; time < 2; time++) expect((await cache.stat(BLOB)).size).toBe(1);
      }
      expect(one.statistics).toMatchObject({ contents: { hits: 2, misses: 0 }, infos: { hits: 1, misses: 1 } });
      expect(other.statistics).toMatchObject({ contents: { hits: 1, misses: 1 }, infos: { hits: 1, misses: 1 } });
    });

    it('keeps nothing else, not even what it put', async () => {
      await one.putContent(LINK, Buffer.from('old'));
      await one.stat(LINK);
      await one.list('/repositories/a/_manifests/tags');
      await other.putContent(LINK, Buffer.from('newer'));
      await other.putContent('/repositories/a/_manifests/tags/b/link', Buffer.from('x'));
      expect(String(await one.getContent(LINK))).toBe('newer');
      expect((await one.stat(LINK)).size).toBe(5);
      expect(await one.list('/repositories/a/_manifests/tags')).toEqual(['b', 'latest']);
      await other.delete('/repositories/a');
      await expect(one.getContent(LINK)).rejects.toThrow(PathNotFoundError);
    });
  });

  it('never gives what is older than an acknowledged change, whoever reads and writes in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
        async (scheduler, steps) => {
          const slow = new MemoryStorageDriver();
          const counters = newCounters();
          const scheduled = scheduleReads(slow, scheduler);
          const reader = new CachingStorageDriver(scheduled, counters, OPTIONS);
          const writer = new CachingStorageDriver(slow, counters, OPTIONS);
          let acknowledged = 0;
          await writer.putContent(LINK, Buffer.from('0'));
          const reads = steps.map(async (isWrite, index) => {
            if (isWrite) {
              await writer.putContent(LINK, Buffer.from(String(index + 1)));
              acknowledged = index + 1;
              return;
            }
            const least = acknowledged;
            expect(Number(await reader.getContent(LINK))).toBeGreaterThanOrEqual(Math.min(least, acknowledged));
          });
          await scheduler.waitFor(Promise.all(reads));
          expect(Number(await slow.getContent(LINK))).toBe(Number(await writer.getContent(LINK)));
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Lets the test decide when a read ends. */
function scheduleReads(driver: MemoryStorageDriver, scheduler: fc.Scheduler): StorageDriver {
  return new Proxy(driver, {
    get: (target, name) => {
      const member = Reflect.get(target, name);
      if (name === 'getContent') return (path: string) => scheduler.schedule(target.getContent(path));
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

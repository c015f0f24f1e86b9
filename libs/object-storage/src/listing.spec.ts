import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ListOptions } from '#libs/storage';
import { MemoryObjectStore } from './memory/memory-object-store.js';
import { ObjectStorageDriver } from './object-storage-driver.js';
import { record } from './watched-store.contract.js';

const OPTIONS = { root: 'root/', partSize: 8, partConcurrency: 2, redirectExpiry: null };

/** Names that sort otherwise than what lies below them. */
const name = fc.stringMatching(/^[a0._-]{1,5}$/).filter((text) => text !== '.' && text !== '..');
const entry = fc.record({ name, kind: fc.constantFrom('file', 'directory', 'unfinished') });
const entries = fc.uniqueArray(entry, { maxLength: 25, selector: ({ name }) => name });
const startAfter = fc.option(fc.oneof(name, fc.string({ maxLength: 3 }), fc.stringMatching(/^[a0._-]{0,3}[/:~ é]$/)), {
  nil: undefined,
});
const limit = fc.option(fc.nat(12), { nil: undefined });

type Entry = { readonly name: string; readonly kind: string };

async function open(found: readonly Entry[], pageSize: number, calls: string[] = []) {
  const driver = new ObjectStorageDriver(record(new MemoryObjectStore(), calls), OPTIONS, pageSize);
  for (const path of ['/dir-a/x', '/dir.a', '/dir0', '/dir/!'])
    await driver.putContent(path, Buffer.from('x')).catch(() => {});
  for (const { name, kind } of found) {
    if (kind === 'file') await driver.putContent(`/dir/${name}`, Buffer.from(name));
    if (kind === 'directory') await driver.putContent(`/dir/${name}/below`, Buffer.from(name));
    if (kind !== 'unfinished') continue;
    const writer = await driver.writer(`/dir/${name}`);
    await writer.write(Buffer.alloc(20));
    await writer.close();
  }
  calls.length = 0;
  return driver;
}

describe('a listing of an object store', () => {
  it('has all names in their order, with pages of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        entries,
        fc.integer({ min: 1, max: 6 }),
        startAfter,
        limit,
        async (found, pageSize, start, most) => {
          fc.pre(found.length > 0);
          const driver = await open(found, pageSize);
          const options: ListOptions = {
            ...(start !== undefined && { startAfter: start }),
            ...(most !== undefined && { limit: most }),
          };
          const names = found.map(({ name }) => name).sort();
          const expected = names.filter((name) => start === undefined || name > start).slice(0, most);
          expect(await driver.list('/dir', options)).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is a walk in the order of names, with what is known of each', async () => {
    await fc.assert(
      fc.asyncProperty(entries, fc.integer({ min: 1, max: 6 }), fc.option(name), async (found, pageSize, start) => {
        fc.pre(found.length > 0);
        const driver = await open(found, pageSize);
        const walked: Entry[] = [];
        for await (const { path, size, isDirectory } of driver.walk(
          '/dir',
          start ? { startAfter: `/dir/${start}` } : {},
        )) {
          const name = path.slice('/dir/'.length);
          if (name.endsWith('/below')) continue;
          walked.push({ name, kind: isDirectory ? 'directory' : size === 20 ? 'unfinished' : 'file' });
        }
        const sorted = found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
        expect(walked).toEqual(sorted.filter(({ name }) => start === null || name > start));
      }),
    );
  });

  it('costs calls for the page that is asked for, not for all that is there', async () => {
    const calls: string[] = [];
    const tags = Array.from({ length: 3000 }, (_, i) => ({ name: `1.${1000 + i}-alpine`, kind: 'directory' }));
    const driver = await open(tags, 1000, calls);
    expect(await driver.list('/dir', { limit: 100 })).toHaveLength(100);
    // The page, and one look for each stem of its last name.
    expect(calls).toEqual(['list', 'list', 'list']);
    calls.length = 0;
    expect(await driver.list('/dir', { startAfter: '1.3000-alpine', limit: 100 })).toEqual(
      tags.slice(2001, 2101).map(({ name }) => name),
    );
    expect(calls.length).toBeLessThanOrEqual(3);
    calls.length = 0;
    expect(await driver.list('/dir')).toHaveLength(3000);
    expect(calls.length).toBeLessThanOrEqual(3 * 3);
  });

  it('passes over names that no path can have', async () => {
    const store = new MemoryObjectStore();
    const driver = new ObjectStorageDriver(store, OPTIONS, 2);
    const keys = ['', 'a+b', 'a/x', 'a b', 'é', '..', 'a+b/c', 'b', '/x'];
    for (const key of keys) await store.put(`root/dir/${key}`, Buffer.from('x'));
    expect(await driver.list('/dir')).toEqual(['a', 'b']);
  });
});

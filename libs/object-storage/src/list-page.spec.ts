import { describe, expect, it } from '@jest/globals';
import { type ListRaw, listPage, type RawPage, type RawRequest } from './list-page.js';
import type { ListRequest, ObjectPage } from './object-store.js';

const KEYS = ['-', '0', '1', '1-a/x', '1-b/x', '1.0/x', '1/a', '1/b', '10', 'a', 'a-', 'a/b/c', 'a0', 'b', 'z/!']
  .map((name) => `p/${name}`)
  .sort();
const STARTS = ['', '-', '1', '1/', '1-a/x', '1/a', '1/b', '1/~', '9', 'a/b', 'a/~', 'a0', 'z/!', '~'];

/** What a listing has of a key. */
function joined(key: string, { prefix, delimited }: RawRequest): string {
  const slash = delimited ? key.indexOf('/', prefix.length) : -1;
  return slash === -1 ? key : key.slice(0, slash + 1);
}

function page(names: readonly string[], token?: string): RawPage {
  return {
    objects: names.filter((name) => !name.endsWith('/')).map((key) => ({ key, size: 1, modifiedAt: new Date(0) })),
    prefixes: names.filter((name) => name.endsWith('/')),
    token,
  };
}

/** A service that takes `from` as a key, and joins what is left. */
const byKeys: ListRaw = async (request) => {
  const { prefix, from = '', token, limit } = request;
  const keys = KEYS.filter((key) => key.startsWith(prefix) && key >= from);
  const names = [...new Set(keys.map((key) => joined(key, request)))].filter((name) => !token || name > token);
  return page(names.slice(0, limit), names.length > limit ? names[limit - 1] : undefined);
};

/** A service that joins, and takes `from` as one of what is left. */
const byNames: ListRaw = async (request) => {
  const { prefix, from = '', token = '', limit } = request;
  const keys = KEYS.filter((key) => key.startsWith(prefix));
  const names = [...new Set(keys.map((key) => joined(key, request)))].filter((name) => name >= from && name > token);
  return page(names.slice(0, limit), names.length > limit ? names[limit - 1] : undefined);
};

/** A service that gives all joined prefixes with each page of objects. */
const countingObjects: ListRaw = async (request) => {
  const { prefix, from = '', token, limit } = request;
  const keys = KEYS.filter((key) => key.startsWith(prefix));
  const names = [...new Set(keys.map((key) => joined(key, request)))].filter((name) => name >= (token ?? from));
  const objects = names.filter((name) => !name.endsWith('/'));
  const prefixes = names.filter((name) => name.endsWith('/'));
  return page([...objects.slice(0, limit), ...prefixes], objects[limit]);
};

/** A service that gives empty pages now and then. */
const hesitant: ListRaw = async (request) => {
  const { token } = request;
  if (token === undefined) return { objects: [], prefixes: [], token: 'p/' };
  return byKeys(request);
};

const namesOf = ({ objects, prefixes }: ObjectPage) => [...objects.map(({ key }) => key), ...prefixes].sort();

describe.each([
  ['that begins at a key', byKeys],
  ['that begins at a joined prefix', byNames],
  ['that counts only objects', countingObjects],
  ['that gives empty pages', hesitant],
])('listPage of a service %s', (_, listRaw) => {
  const pagesOf = async (request: ListRequest) => {
    const pages: ObjectPage[] = [];
    for (let next: string | null | undefined; next !== null; next = pages.at(-1)?.next ?? null) {
      pages.push(await listPage({ ...request, ...(next && { continuation: next }) }, listRaw));
    }
    return pages;
  };

  for (const delimited of [false, true]) {
    it.each(STARTS)(`gives ${delimited ? 'joined, ' : ''}what sorts after %j, by pages of any size`, async (start) => {
      const startAfter = `p/${start}`;
      const request = { prefix: 'p/', delimited, startAfter, limit: 1000 };
      const after = KEYS.filter((key) => key > startAfter);
      const expected = [...new Set(after.map((key) => joined(key, request)))].sort();
      for (const limit of [1, 2, 3, 5, 10, 11, 12, 100]) {
        const pages = await pagesOf({ ...request, limit });
        expect(pages.flatMap(namesOf)).toEqual(expected);
        for (const found of pages) expect(namesOf(found).length).toBeLessThanOrEqual(limit);
      }
    });
  }
});

describe('listPage', () => {
  const callsOf = async (request: Partial<ListRequest>) => {
    let calls = 0;
    const count: ListRaw = (raw) => {
      calls++;
      return byKeys(raw);
    };
    await listPage({ prefix: 'p/', delimited: true, limit: 5, ...request }, count);
    return calls;
  };

  it('makes one call, and one more for a start inside a joined prefix', async () => {
    expect(await callsOf({})).toBe(1);
    expect(await callsOf({ startAfter: 'p/1' })).toBe(1);
    expect(await callsOf({ startAfter: 'p/1/a' })).toBe(2);
    expect(await callsOf({ startAfter: 'p/1/a', delimited: false })).toBe(1);
    expect(await callsOf({ startAfter: 'q' })).toBe(0);
  });
});

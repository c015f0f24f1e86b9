import { beforeAll, describe, expect, it } from '@jest/globals';
import { eachOf } from '#libs/storage';
import { byBytes, bytes, type Deviation, type GetStore, namesOf } from './support.contract.js';

const ALL_NAMES = [
  '!',
  '-',
  '.x',
  '0',
  '1.0',
  '1.0-alpine/current/link',
  '1.0.1/current/link',
  '1.0/!000000000000007',
  '1.0/current/link',
  '1.0/index',
  '1.00/current',
  '9',
  'A',
  'Z/z',
  '_layers/x',
  '_manifests/-',
  '_manifests/.a',
  '_manifests/_',
  '_manifests/a',
  'a',
  'a-b/c',
  'a.b',
  'a/b/c/d',
  'a0',
  'a_',
  'b',
  'z/!',
].sort(byBytes);

/** Each name, or what it is joined to up to its first slash. */
function joinedNames(names: readonly string[]): string[] {
  const joined = names.map((name) => (name.includes('/') ? name.slice(0, name.indexOf('/') + 1) : name));
  return [...new Set(joined)].sort(byBytes);
}

/** Those that are not the directory of others. */
function withoutDirectories(names: readonly string[]): string[] {
  return names.filter((name) => !names.some((other) => other.startsWith(`${name}/`)));
}

export function describeListing(tested: GetStore, deviations: readonly Deviation[]): void {
  const isFlat = !deviations.includes('has no object below another');
  const NAMES = isFlat ? ALL_NAMES : withoutDirectories(ALL_NAMES);
  const JOINED = joinedNames(NAMES);

  describe(isFlat ? 'list' : 'list (the service has no object below another)', () => {
    let folder: string;

    beforeAll(async () => {
      folder = tested().folder();
      const keys = [...NAMES.map((name) => `${folder}${name}`), `${folder.slice(0, -1)}-beside`];
      await eachOf(keys, 8, (key) => tested().store.put(key, bytes(key)));
    });

    const listed = async (delimited: boolean, startAfter?: string, limit = 1000) => {
      const page = await tested().store.list({
        prefix: folder,
        delimited,
        limit,
        ...(startAfter !== undefined && { startAfter: `${folder}${startAfter}` }),
      });
      return namesOf(page, folder);
    };

    it('gives all objects below a prefix in byte order, with what is known of them', async () => {
      const { objects, prefixes, next } = await tested().store.list({ prefix: folder, delimited: false, limit: 1000 });
      expect(objects.map(({ key }) => key)).toEqual(NAMES.map((name) => `${folder}${name}`));
      expect(prefixes).toEqual([]);
      expect(next).toBeNull();
      for (const { key, size, modifiedAt } of objects) {
        expect(size).toBe(key.length);
        expect(Math.abs(Date.now() - Number(modifiedAt))).toBeLessThan(600_000);
      }
    });

    it('joins keys up to the next slash', async () => {
      const { objects, prefixes, next } = await tested().store.list({ prefix: folder, delimited: true, limit: 1000 });
      const isPrefix = (name: string) => name.endsWith('/');
      expect(objects.map(({ key }) => key.slice(folder.length))).toEqual(JOINED.filter((name) => !isPrefix(name)));
      expect(prefixes.map((prefix) => prefix.slice(folder.length))).toEqual(JOINED.filter(isPrefix));
      expect(next).toBeNull();
    });

    it('takes a prefix that ends within a name', async () => {
      const page = await tested().store.list({ prefix: `${folder}1.0`, delimited: true, limit: 1000 });
      expect(namesOf(page, folder)).toEqual(JOINED.filter((name) => name.startsWith('1.0')));
    });

    it('gives nothing where nothing is', async () => {
      for (const delimited of [false, true]) {
        const page = await tested().store.list({ prefix: tested().folder(), delimited, limit: 1000 });
        expect(page).toEqual({ objects: [], prefixes: [], next: null });
      }
    });

    it.each([
      '!',
      '-',
      '1.0',
      '1.0-alpine/current/link',
      '1.0/index',
      '5',
      'A',
      '_',
      '_manifests/.a',
      'a/b',
      'a/~',
      'z/!',
    ])('gives only objects that sort after %s', async (startAfter) => {
      expect(await listed(false, startAfter)).toEqual(NAMES.filter((name) => byBytes(name, startAfter) > 0));
    });

    it.each([
      ['nothing', ''],
      ['an object', '-'],
      ['an object that is also a directory', '1.0'],
      ['a joined prefix', '1.0-alpine/'],
      ['a joined prefix', '1.0/'],
      ['a joined prefix', '_manifests/'],
      ['what sorts behind all of a joined prefix', '1.0-alpine/~'],
      ['what sorts behind all of a joined prefix', '1.0/~'],
      ['what sorts behind all of a joined prefix', 'a/~'],
      ['the first key of a joined prefix', '1.0/!000000000000007'],
      ['a key inside a joined prefix', '1.0/current/link'],
      ['the last key of a joined prefix', '1.0/index'],
      ['the only key of a joined prefix', 'a/b/c/d'],
      ['what is between two objects', '5'],
      ['what is between a joined prefix and an object', '1.0.'],
      ['the character behind the slash', 'a0'],
      ['the last key of all', 'z/!'],
    ])('joined, gives what sorts after %s: %j', async (_, startAfter) => {
      const after = NAMES.filter((name) => byBytes(name, startAfter) > 0);
      expect(await listed(true, startAfter)).toEqual(joinedNames(after));
    });

    it('takes a startAfter that is not below the prefix', async () => {
      const all = { prefix: folder, delimited: true, limit: 1000 };
      expect(namesOf(await tested().store.list({ ...all, startAfter: '!' }), folder)).toEqual(JOINED);
      expect(namesOf(await tested().store.list({ ...all, startAfter: '~' }), folder)).toEqual([]);
    });

    for (const delimited of [false, true]) {
      const expected = delimited ? JOINED : NAMES;

      it.each([1, 2, 3, 7, 13, expected.length - 1, expected.length, expected.length + 1])(
        `${delimited ? 'joined, ' : ''}gives everything once and in order, page by page of %d`,
        async (limit) => {
          const pages = await tested().pages({ prefix: folder, delimited, limit });
          for (const { objects, prefixes } of pages)
            expect(objects.length + prefixes.length).toBeLessThanOrEqual(limit);
          expect(pages.flatMap((page) => namesOf(page, folder))).toEqual(expected);
        },
      );

      it.each(['', '1.0', '1.0/', '1.0/current/link', '_manifests/_', 'a/~'])(
        `${delimited ? 'joined, ' : ''}continues behind %j, page by page of 2`,
        async (startAfter) => {
          const whole = await listed(delimited, startAfter);
          const request = { prefix: folder, delimited, limit: 2, startAfter: `${folder}${startAfter}` };
          const pages = await tested().pages(request);
          expect(pages.flatMap((page) => namesOf(page, folder))).toEqual(whole);
        },
      );
    }

    it('shows at once what was put and deleted', async () => {
      const at = tested().folder();
      const request = { prefix: at, delimited: false, limit: 10 };
      for (let i = 0; i < 10; i++) {
        await tested().store.put(`${at}${i}`, bytes('x'));
        expect((await tested().store.list(request)).objects.map(({ key }) => key)).toEqual([`${at}${i}`]);
        await tested().store.delete([`${at}${i}`]);
        expect((await tested().store.list(request)).objects).toEqual([]);
      }
    });

    it('does not show an upload of parts', async () => {
      const at = tested().folder();
      const upload = await tested().store.beginParts(`${at}data`);
      await tested().store.putPart(upload, 1, bytes('part'));
      const page = await tested().store.list({ prefix: at, delimited: false, limit: 10 });
      await tested().store.abortParts(upload);
      expect(page.objects).toEqual([]);
    });
  });
}

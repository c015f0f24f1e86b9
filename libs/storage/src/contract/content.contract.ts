import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidPathError, PathNotFoundError } from '../storage-error.js';
import { bytes, everyByte, exists, type GetDriver, putAll, textAt } from './support.contract.js';

export function describeContent(driver: GetDriver): void {
  describe('getAll', () => {
    it('gives the content of each path in its order, and null where no file is', async () => {
      const paths = Array.from({ length: 40 }, (_, number) => `/dir/${number}`);
      await putAll(driver(), paths.slice(5));
      const contents = await driver().getAll(['/dir', ...paths, '/dir/7', '/dir/9/below']);
      const expected = [null, ...paths.map((path, number) => (number < 5 ? null : path)), '/dir/7', null];
      expect(contents.map((content) => content?.toString() ?? null)).toEqual(expected);
      expect(await driver().getAll([])).toEqual([]);
    });

    it('rejects where one is no path', async () => {
      await expect(driver().getAll(['/a', '/a/../b'])).rejects.toThrow(InvalidPathError);
    });
  });

  describe('putContent and getContent', () => {
    it('give back what was put', async () => {
      await driver().putContent('/a/b', bytes('content'));
      expect(await textAt(driver(), '/a/b')).toBe('content');
    });

    it.each([0, 1, 255, 8192, 8193, 300_000])('keep %d bytes as they are', async (size) => {
      const content = everyByte(size);
      await driver().putContent('/binary', content);
      expect(content.equals(await driver().getContent('/binary'))).toBe(true);
    });

    it('keep the bytes of a view and nothing around it', async () => {
      const view = new Uint8Array(everyByte(100).buffer, 10, 20);
      await driver().putContent('/view', view);
      expect([...(await driver().getContent('/view'))]).toEqual([...view]);
    });

    it('are independent of what the caller does with the bytes afterwards', async () => {
      const content = bytes('before');
      await driver().putContent('/a', content);
      content.fill(0);
      expect(await textAt(driver(), '/a')).toBe('before');
    });

    it.each(['', 'x', 'longer than before'])('replace the whole of what was there by %j', async (content) => {
      await driver().putContent('/a/b', bytes('0123456789'));
      await driver().putContent('/a/b', bytes(content));
      expect(await textAt(driver(), '/a/b')).toBe(content);
      expect((await driver().stat('/a/b')).size).toBe(content.length);
    });

    it('take a component of 255 characters, and a path of 1024', async () => {
      const paths = [`/${'n'.repeat(255)}`, `${`/${'n'.repeat(127)}`.repeat(8)}`, `/deep${'/x'.repeat(60)}`];
      for (const path of paths) await driver().putContent(path, bytes(path));
      for (const path of paths) expect(await textAt(driver(), path)).toBe(path);
    });

    it.each(['/A-z_0.9', '/.hidden', '/..a/b..', '/a..b', '/...', '/-', '/_', '/x.tmp'])('take %s', async (path) => {
      await driver().putContent(path, bytes(path));
      expect(await textAt(driver(), path)).toBe(path);
      expect(await driver().list('/')).toEqual([path.split('/')[1]]);
    });
  });

  describe('what is not there', () => {
    beforeEach(() => driver().putContent('/dir/file', bytes('x')));

    it.each(['/missing', '/dir/missing', '/missing/deeper', '/dir', '/dir/file/below'])(
      'getContent rejects %s, where no file is, with PathNotFoundError',
      async (path) => {
        await expect(driver().getContent(path)).rejects.toThrow(PathNotFoundError);
        await expect(driver().getContent(path)).rejects.toMatchObject({ path });
      },
    );

    it('is not made by asking for it', async () => {
      await driver()
        .getContent('/missing/deeper')
        .catch(() => {});
      expect(await exists(driver(), '/missing')).toBe(false);
    });
  });

  describe('stat', () => {
    it('tells path, size, time and kind of a file', async () => {
      const before = Date.now();
      await driver().putContent('/a/b', bytes('12345'));
      const info = await driver().stat('/a/b');
      expect(info).toEqual({ path: '/a/b', size: 5, modifiedAt: expect.anything(), isDirectory: false });
      expect(Math.abs(info.modifiedAt.getTime() - before)).toBeLessThan(60_000);
    });

    it('knows a directory, whose size is 0', async () => {
      await driver().putContent('/a/b/c', bytes('12345'));
      for (const path of ['/a', '/a/b', '/']) {
        expect(await driver().stat(path)).toMatchObject({ path, size: 0, isDirectory: true });
      }
    });

    it('knows the root of an empty storage', async () => {
      expect(await driver().stat('/')).toMatchObject({ path: '/', size: 0, isDirectory: true });
    });

    it.each(['/missing', '/a/missing', '/a/b/below'])('rejects %s, where nothing is', async (path) => {
      await driver().putContent('/a/b', bytes('x'));
      await expect(driver().stat(path)).rejects.toThrow(PathNotFoundError);
    });
  });

  describe('localRoot', () => {
    it('is null, or the folder in which a file lies at its path', async () => {
      const { localRoot } = driver();
      await driver().putContent('/a/b', bytes('content'));
      const content = localRoot === null ? 'content' : await readFile(join(localRoot, 'a/b'), 'utf8');
      expect(content).toBe('content');
    });
  });

  describe('redirectUrl', () => {
    it('is a URL or null', async () => {
      await driver().putContent('/a', bytes('x'));
      const url = await driver().redirectUrl('/a', { method: 'GET', remoteAddress: '127.0.0.1' });
      expect(url === null || URL.canParse(url)).toBe(true);
    });
  });
}

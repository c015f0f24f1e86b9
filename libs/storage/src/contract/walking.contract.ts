import { beforeEach, describe, expect, it } from '@jest/globals';
import { PathNotFoundError } from '../storage-error.js';
import { type GetDriver, pathsOf, putAll } from './support.contract.js';

export function describeWalking(driver: GetDriver): void {
  describe('walk', () => {
    // As texts, /w/a-b and /w/a.b sort before what lies below /w/a.
    const order = [
      '/w/Z',
      '/w/a',
      '/w/a/-',
      '/w/a/x',
      '/w/a/x/1',
      '/w/a/x/1/deep',
      '/w/a/y',
      '/w/a-b',
      '/w/a-b/x',
      '/w/a.b',
      '/w/b',
    ];
    const files = ['/w/b', '/w/a.b', '/w/a-b/x', '/w/a/y', '/w/a/x/1/deep', '/w/a/-', '/w/Z'];
    const walk = (options?: Parameters<ReturnType<GetDriver>['walk']>[1], path = '/w') =>
      pathsOf(driver().walk(path, options));

    beforeEach(() => putAll(driver(), [...files, '/w-sibling/file']));

    it('gives everything below, parents before children, each directory in byte order', async () => {
      expect(await walk()).toEqual(order);
      expect(await walk({}, '/w/a/x')).toEqual(['/w/a/x/1', '/w/a/x/1/deep']);
      expect(await walk({}, '/')).toEqual(['/w', ...order, '/w-sibling', '/w-sibling/file']);
    });

    it('tells of each entry what stat does', async () => {
      for await (const info of driver().walk('/w')) expect(info).toEqual(await driver().stat(info.path));
    });

    it('descends only where enter allows, and asks for directories only', async () => {
      const asked: string[] = [];
      const enter = (directory: string) => {
        asked.push(directory);
        return directory !== '/w/a/x' && directory !== '/w/a-b';
      };
      const without = order.filter((path) => !/^\/w\/(a\/x|a-b)\//.test(path));
      expect(await walk({ enter })).toEqual(without);
      expect(asked).toEqual(['/w/a', '/w/a/x', '/w/a-b']);
    });

    it.each(order)('starts after %s', async (startAfter) => {
      expect(await walk({ startAfter })).toEqual(order.slice(order.indexOf(startAfter) + 1));
    });

    it.each([
      ['/w', '/w/Z'],
      ['/v/zzz', '/w/Z'],
      ['/w/a/0', '/w/a/x'],
      ['/w/a/x/0', '/w/a/x/1'],
      ['/w/a/zzz', '/w/a-b'],
      ['/w/a/x/1/deep/er', '/w/a/y'],
    ])('starts after %s, which is not there, with %s', async (startAfter, first) => {
      expect(await walk({ startAfter })).toEqual(order.slice(order.indexOf(first)));
    });

    it.each(['/w/b/z', '/w/c', '/w-sibling', '/x'])('gives nothing after %s', async (startAfter) => {
      expect(await walk({ startAfter })).toEqual([]);
    });

    it('combines startAfter with enter', async () => {
      expect(await walk({ startAfter: '/w/a/x/1', enter: (path) => path !== '/w/a/x' })).toEqual(order.slice(6));
    });

    it('passes over what disappears meanwhile', async () => {
      const seen: string[] = [];
      for await (const { path } of driver().walk('/w')) {
        seen.push(path);
        if (path === '/w/a/x') await driver().delete('/w/a/x');
        if (path === '/w/a-b') await driver().delete('/w/a-b');
      }
      expect(seen).toEqual(order.filter((path) => !/^\/w\/(a\/x|a-b)\//.test(path)));
    });

    it('can be left at any time', async () => {
      for await (const { path } of driver().walk('/w')) {
        if (path === '/w/a/x/1') break;
      }
      expect(await walk()).toEqual(order);
    });

    it('gives nothing for an empty storage', async () => {
      for (const name of await driver().list('/')) await driver().delete(`/${name}`);
      expect(await walk({}, '/')).toEqual([]);
    });

    it.each(['/missing', '/w/missing', '/w/Z', '/w/Z/below'])('rejects %s, where no directory is', async (path) => {
      await expect(walk({}, path)).rejects.toThrow(PathNotFoundError);
      await expect(walk({}, path)).rejects.toMatchObject({ path });
    });
  });
}

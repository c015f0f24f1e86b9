import { beforeEach, describe, expect, it } from '@jest/globals';
import { PathNotFoundError } from '../storage-error.js';
import { bytes, type GetDriver, putAll } from './support.contract.js';

export function describeListing(driver: GetDriver): void {
  describe('list', () => {
    const names = ['-', '.x', '0', '10', '9', 'A', 'Z', '_', 'a', 'a-b', 'a.b', 'aa', 'b'];

    beforeEach(async () => {
      await putAll(driver(), [...names.map((name) => `/dir/${name}`).reverse(), '/dir/sub/deep/file', '/dirs/other']);
    });

    it('gives the names of files and directories directly there, in byte order', async () => {
      expect(await driver().list('/dir')).toEqual([...names, 'sub']);
      expect(await driver().list('/dir/sub')).toEqual(['deep']);
      expect(await driver().list('/')).toEqual(['dir', 'dirs']);
    });

    it('gives only names that sort after startAfter, whether or not that is there', async () => {
      expect(await driver().list('/dir', { startAfter: 'aa' })).toEqual(['b', 'sub']);
      expect(await driver().list('/dir', { startAfter: 'a0' })).toEqual(['aa', 'b', 'sub']);
      expect(await driver().list('/dir', { startAfter: 'sub' })).toEqual([]);
      expect(await driver().list('/dir', { startAfter: '' })).toEqual([...names, 'sub']);
      expect(await driver().list('/dir', { startAfter: 'é/..' })).toEqual([]);
    });

    it('gives at most so many as the limit', async () => {
      expect(await driver().list('/dir', { limit: 0 })).toEqual([]);
      expect(await driver().list('/dir', { limit: 1 })).toEqual(['-']);
      expect(await driver().list('/dir', { startAfter: '9', limit: 3 })).toEqual(['A', 'Z', '_']);
      expect(await driver().list('/dir', { limit: 1000 })).toEqual([...names, 'sub']);
    });

    it.each([1, 2, 5, 13, 14, 15])('gives everything once, page by page of %d', async (limit) => {
      const found: string[] = [];
      for (;;) {
        const startAfter = found.at(-1);
        const page = await driver().list('/dir', startAfter === undefined ? { limit } : { startAfter, limit });
        found.push(...page);
        if (page.length < limit) break;
      }
      expect(found).toEqual([...names, 'sub']);
    });

    it('of an empty storage gives nothing', async () => {
      for (const name of await driver().list('/')) await driver().delete(`/${name}`);
      expect(await driver().list('/')).toEqual([]);
    });

    it.each(['/missing', '/di', '/dir/missing', '/dir/a', '/dir/a/below'])(
      'rejects %s, where no directory is',
      async (path) => {
        await expect(driver().list(path)).rejects.toThrow(PathNotFoundError);
        await expect(driver().list(path, { limit: 0 })).rejects.toMatchObject({ path });
      },
    );

    it('shows nothing but what was put, also after files were replaced, moved and written', async () => {
      await driver().putContent('/dir/a', bytes('again'));
      const writer = await driver().writer('/dir/a', { append: true });
      await writer.write(bytes('more'));
      await writer.commit();
      await driver().move('/dir/b', '/dir/c');
      expect(await driver().list('/dir')).toEqual([...names.slice(0, -1), 'c', 'sub']);
    });
  });
}

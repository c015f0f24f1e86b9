import { beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidPathError } from '../storage-error.js';
import { bytes, exists, type GetDriver, putAll, textAt } from './support.contract.js';

export function describeSmallTrees(driver: GetDriver): void {
  describe('a small tree', () => {
    const files = ['/s/started', '/s/states/a/0', '/s/states/a/10', '/s/states/b/10'];

    beforeEach(() => putAll(driver(), [...files, '/s-sibling', '/s.d/file']));

    describe('filesBelow', () => {
      const below = async (path: string) => (await driver().filesBelow(path)).map((info) => info.path).sort();

      it('gives the files at any depth, and no directory', async () => {
        expect(await below('/s')).toEqual(files);
        expect(await below('/s/states/a')).toEqual(files.slice(1, 3));
        expect(await below('/')).toEqual(['/s-sibling', '/s.d/file', ...files]);
      });

      it('tells of each file what stat does, also of one that was closed and not committed', async () => {
        for (const text of ['some', ' and more of it']) {
          const writer = await driver().writer('/s/data', { append: true });
          await writer.write(bytes(text));
          await writer.close();
        }
        const found = await driver().filesBelow('/s');
        const data = found.find(({ path }) => path === '/s/data');
        expect((await data?.inspect())?.size).toBe('some and more of it'.length);
        for (const file of found) expect(await file.inspect()).toEqual(await driver().stat(file.path));
      });

      it.each(['/missing', '/s/missing', '/s/started', '/s/started/below', '/s/state'])(
        'gives nothing for %s',
        async (path) => {
          expect(await below(path)).toEqual([]);
        },
      );

      it('rejects what is no path', async () => {
        await expect(below('s')).rejects.toThrow(InvalidPathError);
      });
    });

    describe('discard', () => {
      it('deletes files, and passes over what is not there', async () => {
        await driver().discard([
          '/s/states/a/0',
          '/missing',
          '/s/missing/deeper',
          '/s/states/b/10',
          '/s/started/below',
        ]);
        const left = ['/s/started', '/s/states/a/10', '/s-sibling', '/s.d/file'];
        for (const path of left) expect(await textAt(driver(), path)).toBe(path);
        for (const path of ['/s/states/a/0', '/s/states/b/10']) expect(await exists(driver(), path)).toBe(false);
      });

      it('deletes nothing where it is given nothing', async () => {
        await driver().discard([]);
        expect((await driver().filesBelow('/s')).map(({ path }) => path).sort()).toEqual(files);
      });

      it('rejects what is no path, and deletes nothing then', async () => {
        await expect(driver().discard(['/s/started', 's'])).rejects.toThrow(InvalidPathError);
        expect(await textAt(driver(), '/s/started')).toBe('/s/started');
      });
    });
  });
}

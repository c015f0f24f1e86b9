import { beforeEach, describe, expect, it } from '@jest/globals';
import { PathNotFoundError } from '../storage-error.js';
import { bytes, exists, type GetDriver, pathsOf, putAll, textAt } from './support.contract.js';

export function describeDeletion(driver: GetDriver): void {
  describe('delete', () => {
    const siblings = ['/a-b/file', '/ab', '/a.b'];

    beforeEach(() => putAll(driver(), ['/a/file', '/a/b/c/deep', '/a/b/file', ...siblings]));

    it('deletes a file and nothing else', async () => {
      await driver().delete('/a/file');
      expect(await driver().list('/a')).toEqual(['b']);
      expect(await textAt(driver(), '/a/b/file')).toBe('/a/b/file');
    });

    it('deletes a directory with all below it, and no sibling whose name begins alike', async () => {
      await driver().delete('/a');
      for (const path of ['/a', '/a/file', '/a/b', '/a/b/c/deep']) expect(await exists(driver(), path)).toBe(false);
      expect(await pathsOf(driver().walk('/'))).toEqual(['/a-b', '/a-b/file', '/a.b', '/ab']);
      for (const path of siblings) expect(await textAt(driver(), path)).toBe(path);
    });

    it('takes a directory away with the last that lies below it', async () => {
      await driver().delete('/a/b/c/deep');
      expect(await driver().list('/a/b')).toEqual(['file']);
      await driver().delete('/a/b/file');
      expect(await driver().list('/a')).toEqual(['file']);
      await driver().delete('/a/file');
      expect(await exists(driver(), '/a')).toBe(false);
      expect(await exists(driver(), '/a-b')).toBe(true);
    });

    it('leaves room for what has the same path afterwards, of whatever kind', async () => {
      await driver().delete('/a');
      await driver().putContent('/a', bytes('a file now'));
      await driver().delete('/a');
      await driver().putContent('/a/b', bytes('a directory again'));
      expect(await textAt(driver(), '/a/b')).toBe('a directory again');
    });

    it.each(['/missing', '/a/missing', '/missing/deeper', '/a/file/below', '/a/b/f'])(
      'rejects %s, where nothing is',
      async (path) => {
        await expect(driver().delete(path)).rejects.toThrow(PathNotFoundError);
        await expect(driver().delete(path)).rejects.toMatchObject({ path });
      },
    );

    it('rejects what was deleted already', async () => {
      for (const path of ['/ab', '/a/b']) {
        await driver().delete(path);
        await expect(driver().delete(path)).rejects.toThrow(PathNotFoundError);
      }
    });
  });
}

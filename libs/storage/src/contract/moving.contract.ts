import { beforeEach, describe, expect, it } from '@jest/globals';
import type { DriverTraits } from '../storage-driver.contract.js';
import { InvalidPathError, PathNotFoundError } from '../storage-error.js';
import { bytes, exists, type GetDriver, textAt } from './support.contract.js';

export function describeMoving(driver: GetDriver, { lacksDirectories = false }: DriverTraits): void {
  const ifDirectories = lacksDirectories ? it.skip : it;

  describe('move', () => {
    beforeEach(async () => {
      await driver().putContent('/from/file', bytes('moved'));
      await driver().putContent('/to/file', bytes('there before, and longer'));
    });

    it.each(['/from/other', '/new', '/new/deep/file', '/to/other'])('moves a file to %s', async (destination) => {
      await driver().move('/from/file', destination);
      expect(await textAt(driver(), destination)).toBe('moved');
      expect(await exists(driver(), '/from/file')).toBe(false);
    });

    it('makes a file complete that was only closed', async () => {
      for (const text of ['some', ' and more']) {
        const writer = await driver().writer('/open/file', { append: true });
        await writer.write(bytes(text));
        await writer.close();
      }
      await driver().move('/open/file', '/to/file');
      expect(await textAt(driver(), '/to/file')).toBe('some and more');
      expect(await driver().list('/')).toEqual(['from', 'to']);
    });

    it('replaces the file at the destination', async () => {
      await driver().move('/from/file', '/to/file');
      expect(await textAt(driver(), '/to/file')).toBe('moved');
      expect(await exists(driver(), '/from')).toBe(false);
    });

    it('leaves a file that is moved onto itself', async () => {
      await driver().move('/from/file', '/from/file');
      expect(await textAt(driver(), '/from/file')).toBe('moved');
    });

    it.each(['/missing', '/from/missing', '/from', '/from/file/below'])(
      'rejects the source %s, where no file is, and leaves the destination',
      async (source) => {
        await expect(driver().move(source, '/to/file')).rejects.toThrow(PathNotFoundError);
        await expect(driver().move(source, '/new/deep/file')).rejects.toMatchObject({ path: source });
        expect(await textAt(driver(), '/to/file')).toBe('there before, and longer');
        expect(await driver().list('/')).toEqual(['from', 'to']);
      },
    );

    ifDirectories.each(['/to', '/from'])(
      'rejects the directory %s as the destination, and leaves both',
      async (destination) => {
        await expect(driver().move('/from/file', destination)).rejects.toThrow(InvalidPathError);
        expect(await textAt(driver(), '/from/file')).toBe('moved');
        expect(await driver().list('/to')).toEqual(['file']);
      },
    );
  });
}

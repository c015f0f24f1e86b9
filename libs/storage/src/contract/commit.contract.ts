import { beforeEach, describe, expect, it } from '@jest/globals';
import type { DriverTraits } from '../storage-driver.contract.js';
import type { FileWriter, WriterOptions } from '../storage-driver.js';
import { InvalidPathError, PathNotFoundError, WriterClosedError } from '../storage-error.js';
import { bytes, everyByte, exists, type GetDriver, readAll, textAt } from './support.contract.js';

const ENDINGS = ['close', 'commit'] as const;
const BEGINNINGS: WriterOptions[] = [{}, { append: true }, { append: true, offset: 0 }];

export function describeCommit(driver: GetDriver, { lacksDirectories = false }: DriverTraits): void {
  const ifDirectories = lacksDirectories ? it.skip : it;

  async function begin(text: string, options: WriterOptions = { append: true }): Promise<FileWriter> {
    const writer = await driver().writer('/up/data', options);
    await writer.write(bytes(text));
    return writer;
  }

  /** Leaves 0123 at /up/data, and a writer that has added 456. */
  async function resume(): Promise<FileWriter> {
    await (await begin('0123')).close();
    return begin('456');
  }

  describe('a file that begins with a writer', () => {
    it.each(BEGINNINGS)('is nowhere before it is complete: %j', async (options) => {
      await driver().putContent('/up/other', bytes('x'));
      for (const ending of ENDINGS) {
        const writer = await driver().writer('/up/data', options);
        for (let i = 0; i < 10; i++) await writer.write(everyByte(300_000));
        expect(await driver().list('/up')).toEqual(['other']);
        await expect(driver().getContent('/up/data')).rejects.toThrow(PathNotFoundError);
        await writer[ending]();
        expect(await driver().stat('/up/data')).toMatchObject({ size: 3_000_000 });
        await driver().delete('/up/data');
      }
    });

    it.each(ENDINGS)('leaves what was there until %s', async (ending) => {
      await driver().putContent('/up/data', bytes('old'));
      const writer = await begin('new content', {});
      expect(await textAt(driver(), '/up/data')).toBe('old');
      await writer[ending]();
      expect(await textAt(driver(), '/up/data')).toBe('new content');
    });

    it('does not disturb who reads what was there', async () => {
      const content = everyByte(1_000_000);
      await driver().putContent('/up/data', content);
      const reader = await driver().reader('/up/data');
      await (await begin('new', {})).commit();
      expect(content.equals(Buffer.concat(await reader.toArray()))).toBe(true);
    });
  });

  describe('commit to a destination', () => {
    const destinations = ['/blobs/ab/data', '/up/other', '/up/deeper/data', '/data'];

    it.each(destinations)('puts a file that begins at %s only', async (destination) => {
      await (await begin('whole')).commit(destination);
      expect(await textAt(driver(), destination)).toBe('whole');
      expect(await exists(driver(), '/up/data')).toBe(false);
    });

    it.each(destinations)('moves a file that was continued to %s', async (destination) => {
      await (await resume()).commit(destination);
      expect(await textAt(driver(), destination)).toBe('0123456');
      expect(await exists(driver(), '/up/data')).toBe(false);
    });

    it.each([
      ['begins', () => begin('new')],
      ['was continued', resume],
    ])('takes away the directories that a file that %s leaves empty, and no others', async (_, open) => {
      await (await open()).commit('/blobs/data');
      expect(await driver().list('/')).toEqual(['blobs']);
      await driver().putContent('/up/startedat', bytes('now'));
      await (await open()).commit('/blobs/data');
      expect(await driver().list('/up')).toEqual(['startedat']);
    });

    it('replaces the file that is there, as a whole for readers', async () => {
      const contents = [everyByte(200_000), everyByte(100_000).reverse()];
      await driver().putContent('/blob', contents[0] ?? bytes(''));
      let isDone = false;
      const write = async () => {
        for (let i = 0; i < 40; i++) {
          const writer = await driver().writer('/up/data', { append: i % 3 > 0 });
          await writer.write(contents[i % 2] ?? bytes(''));
          await writer.commit('/blob');
        }
        isDone = true;
      };
      const read = async () => {
        while (!isDone) {
          const seen = await readAll(driver(), '/blob');
          expect(contents.some((content) => content.equals(seen))).toBe(true);
        }
      };
      await Promise.all([write(), read()]);
    });

    it('leaves what was at the path where a file was begun anew', async () => {
      await driver().putContent('/up/data', bytes('old'));
      await (await begin('new', {})).commit('/blob');
      expect(await textAt(driver(), '/blob')).toBe('new');
      expect(await textAt(driver(), '/up/data')).toBe('old');
    });

    it('is the same as commit where the destination is the path', async () => {
      await (await begin('one ')).commit('/up/data');
      await (await begin('two')).commit('/up/data');
      expect(await textAt(driver(), '/up/data')).toBe('one two');
    });

    it('leaves a file that can be continued there', async () => {
      await (await begin('one ')).commit('/blob');
      const writer = await driver().writer('/blob', { append: true });
      await writer.write(bytes('two'));
      await writer.close();
      expect(await textAt(driver(), '/blob')).toBe('one two');
    });

    it.each(['', 'relative', '/', '/a/../b', '/ä'])('rejects %j, and can be cancelled then', async (destination) => {
      const writer = await resume();
      await expect(writer.commit(destination)).rejects.toThrow(InvalidPathError);
      await writer.cancel();
      expect(await textAt(driver(), '/up/data')).toBe('0123');
    });

    describe('that is known when the file begins', () => {
      const LARGE = everyByte(3_000_000);

      async function beginLarge(options: WriterOptions): Promise<FileWriter> {
        const writer = await driver().writer('/up/data', options);
        for (let at = 0; at < LARGE.length; at += 250_000) await writer.write(LARGE.subarray(at, at + 250_000));
        return writer;
      }

      it.each(BEGINNINGS)('puts the file there, and nothing before: %j', async (options) => {
        const writer = await beginLarge({ ...options, destination: '/blobs/data' });
        expect(await exists(driver(), '/blobs')).toBe(false);
        await writer.commit('/blobs/data');
        expect(LARGE.equals(await driver().getContent('/blobs/data'))).toBe(true);
        expect(await driver().list('/')).toEqual(['blobs']);
      });

      it.each(['close', 'cancel'] as const)('leaves what is there when it ends with %s', async (ending) => {
        await driver().putContent('/blobs/data', bytes('there before'));
        const writer = await beginLarge({ append: true, destination: '/blobs/data' });
        await writer[ending]();
        expect(await textAt(driver(), '/blobs/data')).toBe('there before');
        expect(await exists(driver(), '/up')).toBe(ending === 'close');
      });

      it('is where the file belongs that is continued, too', async () => {
        await (await beginLarge({ append: true, destination: '/blobs/data' })).close();
        const writer = await driver().writer('/up/data', { append: true, destination: '/blobs/data' });
        await writer.write(bytes('end'));
        await writer.commit('/blobs/data');
        expect(Buffer.concat([LARGE, bytes('end')]).equals(await driver().getContent('/blobs/data'))).toBe(true);
        expect(await driver().list('/')).toEqual(['blobs']);
      });
    });

    describe('rejects', () => {
      beforeEach(() => driver().putContent('/dir/file', bytes('x')));

      ifDirectories.each(['/dir', '/dir/file/below'])(
        '%s, where no file can be, and drops a file that begins',
        async (place) => {
          const writer = await begin('new');
          await expect(writer.commit(place)).rejects.toThrow(InvalidPathError);
          await expect(writer.cancel()).rejects.toThrow(WriterClosedError);
          expect(await exists(driver(), '/up')).toBe(false);
          expect(await textAt(driver(), '/dir/file')).toBe('x');
        },
      );

      ifDirectories.each(['/dir', '/dir/file/below', '/up'])(
        '%s, and leaves a file that was continued',
        async (place) => {
          await expect((await resume()).commit(place)).rejects.toThrow(InvalidPathError);
          expect((await driver().getContent('/up/data')).subarray(0, 4)).toEqual(bytes('0123'));
          const writer = await driver().writer('/up/data', { append: true, offset: 4 });
          await writer.commit('/blob');
          expect(await textAt(driver(), '/blob')).toBe('0123');
        },
      );

      it('a file that was continued and is gone meanwhile', async () => {
        const writer = await resume();
        await driver().delete('/up/data');
        await expect(writer.commit('/blob')).rejects.toThrow(PathNotFoundError);
        expect(await driver().list('/')).toEqual(['dir']);
      });
    });
  });
}

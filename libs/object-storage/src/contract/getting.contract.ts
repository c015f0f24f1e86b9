import type { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { StorageUnavailableError } from '#libs/storage';
import { bytes, type GetStore, LONG } from './support.contract.js';

export function describeGetting(tested: GetStore): void {
  describe('get', () => {
    let key: string;

    beforeAll(async () => {
      key = await tested().stored(bytes('0123456789'));
    });

    it('tells of the whole object, whatever part of it is read', async () => {
      const opened = await tested().store.get(key, { start: 2, end: 3 });
      opened?.content.destroy();
      expect(opened?.info).toEqual(await tested().store.head(key));
    });

    it.each([
      [undefined, '0123456789'],
      [{ start: 0 }, '0123456789'],
      [{ start: 0, end: 9 }, '0123456789'],
      [{ start: 0, end: 0 }, '0'],
      [{ start: 3 }, '3456789'],
      [{ start: 3, end: 5 }, '345'],
      [{ start: 9 }, '9'],
      [{ start: 9, end: 9 }, '9'],
      [{ start: 8, end: 1000 }, '89'],
      [{ start: 10 }, ''],
      [{ start: 11 }, ''],
      [{ start: 1000, end: 2000 }, ''],
    ])('of the span %j gives %j', async (span, expected) => {
      expect((await tested().contentAt(key, span))?.toString()).toBe(expected);
    });

    it('of a span behind the end tells the size', async () => {
      expect((await tested().store.get(key, { start: 10 }))?.info).toMatchObject({ key, size: 10 });
    });

    it('of an empty object gives no bytes, whatever the span', async () => {
      const empty = await tested().stored(Buffer.alloc(0));
      for (const span of [undefined, { start: 0 }, { start: 0, end: 5 }, { start: 5 }]) {
        expect(await tested().contentAt(empty, span)).toEqual(Buffer.alloc(0));
      }
    });

    it('of a span gives null where no object has the key', async () => {
      expect(await tested().store.get(tested().newKey(), { start: 1 })).toBeNull();
    });

    it(
      'gives a large object whole to a reader that takes its time',
      async () => {
        const content = tested().content(2, 12 * 1024 * 1024);
        const large = await tested().stored(content);
        const opened = await tested().store.get(large);
        const read: Buffer[] = [];
        for await (const chunk of opened?.content ?? []) {
          if (read.length < 10) await tested().store.head(key);
          read.push(chunk);
        }
        expect(Buffer.concat(read).equals(content)).toBe(true);
      },
      LONG,
    );

    it(
      'lets go of content that is destroyed',
      async () => {
        const large = await tested().stored(tested().content(1, 4 * 1024 * 1024));
        for (let i = 0; i < 100; i++) {
          const opened = await tested().store.get(large);
          opened?.content.destroy();
        }
        expect(await tested().textAt(key)).toBe('0123456789');
      },
      LONG,
    );

    it(
      'gives the old content, or errs, when the object is replaced meanwhile',
      async () => {
        const content = tested().content(2, 12 * 1024 * 1024);
        const replaced = await tested().stored(content);
        const opened = await tested().store.get(replaced);
        if (!opened) throw new Error('the object is not there');
        const begin = await beginningOf(opened.content);
        await tested().store.put(replaced, tested().content(2, 12 * 1024 * 1024));
        const rest: Buffer[] = [];
        try {
          for await (const chunk of opened.content) rest.push(chunk);
        } catch (error) {
          expect(error).toBeInstanceOf(StorageUnavailableError);
          return;
        }
        expect(Buffer.concat([begin, ...rest]).equals(content)).toBe(true);
      },
      LONG,
    );
  });
}

/** The first chunk; the stream can be read on. */
async function beginningOf(content: Readable): Promise<Buffer> {
  for await (const chunk of content.iterator({ destroyOnReturn: false })) return chunk;
  return Buffer.alloc(0);
}

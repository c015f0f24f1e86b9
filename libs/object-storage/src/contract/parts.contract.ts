import { describe, expect, it } from '@jest/globals';
import type { PartUpload, StoredPart } from '../object-store.js';
import { PartsGoneError } from '../object-store-error.js';
import { bytes, type Deviation, type GetStore, itUnless, LONG } from './support.contract.js';

export function describeParts(tested: GetStore, deviations: readonly Deviation[]): void {
  describe('an object of parts', () => {
    const begin = () => tested().store.beginParts(tested().newKey());
    const put = (upload: PartUpload, number: number, content: Uint8Array) =>
      tested().store.putPart(upload, number, content);
    const complete = (upload: PartUpload, parts: readonly StoredPart[]) => tested().store.completeParts(upload, parts);
    const isAt = async (key: string, ...contents: readonly Buffer[]) => {
      const content = Buffer.concat(contents);
      expect(await tested().store.head(key)).toMatchObject({ key, size: content.length });
      expect((await tested().contentAt(key))?.equals(content)).toBe(true);
    };

    it(
      'has the content of several, the last of them small',
      async () => {
        const upload = await begin();
        const contents = [tested().content(1), tested().content(1), tested().content(0, 7)];
        const parts: StoredPart[] = [];
        for (const [i, content] of contents.entries()) parts.push(await put(upload, i + 1, content));
        expect(parts.map(({ number, size }) => ({ number, size }))).toEqual(
          contents.map(({ length }, i) => ({ number: i + 1, size: length })),
        );
        await complete(upload, parts);
        await isAt(upload.key, ...contents);
      },
      LONG,
    );

    it('has the content of one only, however small', async () => {
      const upload = await begin();
      await complete(upload, [await put(upload, 1, bytes('small'))]);
      await isAt(upload.key, bytes('small'));
    });

    it(
      'takes parts in any order and at the same time',
      async () => {
        const upload = await begin();
        const contents = [tested().content(1), tested().content(1, 1), tested().content(1), tested().content(0, 3)];
        const parts = await Promise.all(
          [3, 1, 4, 2].map((number) => put(upload, number, contents[number - 1] as Buffer)),
        );
        await complete(
          upload,
          parts.sort((one, other) => one.number - other.number),
        );
        await isAt(upload.key, ...contents);
      },
      LONG,
    );

    it('has what was stored last under a number', async () => {
      const upload = await begin();
      const [first, second] = [tested().content(1), tested().content(1)];
      await put(upload, 1, first);
      const parts = [await put(upload, 1, second), await put(upload, 2, bytes('end'))];
      await complete(upload, parts);
      await isAt(upload.key, second, bytes('end'));
    });

    const storeAll = async (upload: PartUpload, contents: readonly Buffer[]) => {
      const parts: StoredPart[] = [];
      for (const [i, content] of contents.entries()) parts.push(await put(upload, i + 1, content));
      return parts;
    };

    if (deviations.includes('completes uploads only with all of their parts')) {
      it('counts as gone when it has more parts than it is completed with', async () => {
        const upload = await begin();
        const parts = await storeAll(upload, [tested().content(1), tested().content(1), tested().content(1)]);
        await expect(complete(upload, parts.slice(0, 2))).rejects.toThrow(PartsGoneError);
        expect(await tested().store.head(upload.key)).toBeNull();
        await complete(upload, parts);
      });
    }

    itUnless(
      'completes uploads only with all of their parts',
      deviations,
      'has only the parts that it is completed with',
      async () => {
        const upload = await begin();
        const contents = [tested().content(1), tested().content(1), tested().content(1)];
        const parts = await storeAll(upload, contents);
        await complete(upload, parts.slice(0, 2));
        await isAt(upload.key, ...contents.slice(0, 2));
      },
    );

    it('takes content that is changed afterwards', async () => {
      const upload = await begin();
      const content = tested().content(1);
      const before = Buffer.from(content);
      const first = await put(upload, 1, content);
      content.fill(0);
      await complete(upload, [first, await put(upload, 2, content.subarray(0, 1))]);
      await isAt(upload.key, before, Buffer.alloc(1));
    });

    it('is not there before it is complete', async () => {
      const upload = await begin();
      const part = await put(upload, 1, bytes('content'));
      expect(await tested().store.head(upload.key)).toBeNull();
      expect(await tested().store.get(upload.key)).toBeNull();
      await complete(upload, [part]);
      await isAt(upload.key, bytes('content'));
    });

    it('replaces what was there, and not before it is complete', async () => {
      const key = await tested().stored(bytes('old'));
      const upload = await tested().store.beginParts(key);
      const part = await put(upload, 1, bytes('new content'));
      expect(await tested().textAt(key)).toBe('old');
      await complete(upload, [part]);
      await isAt(key, bytes('new content'));
    });

    itUnless('has no object below another', deviations, 'comes to a key that has objects below it', async () => {
      const upload = await begin();
      await tested().store.put(`${upload.key}/!000000000000007`, bytes('record'));
      await complete(upload, [await put(upload, 1, bytes('content'))]);
      await isAt(upload.key, bytes('content'));
      expect(await tested().textAt(`${upload.key}/!000000000000007`)).toBe('record');
    });

    it('has what a span of another object has', async () => {
      const content = tested().content(2, 100);
      const source = await tested().stored(content);
      const upload = await begin();
      const span = { start: 3, end: tested().partSize + 2 };
      const part = await tested().store.copyPart(upload, 1, source, span);
      expect(part).toMatchObject({ number: 1, size: tested().partSize });
      await complete(upload, [part, await put(upload, 2, bytes('end'))]);
      await isAt(upload.key, content.subarray(3, tested().partSize + 3), bytes('end'));
    });

    it('goes on in another process', async () => {
      const upload = await begin();
      const [first, second] = [tested().content(1), tested().content(0, 9)];
      const kept = JSON.stringify({ upload, part: await put(upload, 1, first) });
      const other = await tested().another();
      const found = JSON.parse(kept);
      const part = await other.putPart(found.upload, 2, second);
      await other.completeParts(found.upload, [found.part, part]);
      await isAt(upload.key, first, second);
    });

    itUnless(
      'drops the parts of all other uploads to a key with a completion',
      deviations,
      'has the content of whichever upload to a key is completed last',
      async () => {
        const key = tested().newKey();
        const [one, two] = [await tested().store.beginParts(key), await tested().store.beginParts(key)];
        const partOfOne = await put(one, 1, bytes('one'));
        const partOfTwo = await put(two, 1, bytes('two'));
        await complete(two, [partOfTwo]);
        await isAt(key, bytes('two'));
        await complete(one, [partOfOne]);
        await isAt(key, bytes('one'));
      },
    );
  });
}

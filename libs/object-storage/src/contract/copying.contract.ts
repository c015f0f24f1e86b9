import { describe, expect, it } from '@jest/globals';
import { bytes, type GetStore, LONG } from './support.contract.js';

export function describeCopying(tested: GetStore): void {
  describe('copy', () => {
    it('copies an object and leaves it', async () => {
      const source = await tested().stored(bytes('content'));
      const destination = tested().newKey();
      expect(await tested().store.copy(source, destination, 7)).toBe(true);
      expect(await tested().textAt(destination)).toBe('content');
      expect(await tested().textAt(source)).toBe('content');
    });

    it('replaces what was there', async () => {
      const source = await tested().stored(bytes('new'));
      const destination = await tested().stored(bytes('something old'));
      expect(await tested().store.copy(source, destination, 3)).toBe(true);
      expect(await tested().textAt(destination)).toBe('new');
    });

    it('copies an empty object', async () => {
      const source = await tested().stored(Buffer.alloc(0));
      const destination = tested().newKey();
      expect(await tested().store.copy(source, destination, 0)).toBe(true);
      expect(await tested().store.head(destination)).toMatchObject({ size: 0 });
    });

    it('says that the source is missing, and leaves what was there', async () => {
      const destination = await tested().stored(bytes('old'));
      expect(await tested().store.copy(tested().newKey(), destination, 3)).toBe(false);
      expect(await tested().textAt(destination)).toBe('old');
    });

    it(
      'copies a large object',
      async () => {
        const content = tested().content(2, 4321);
        const source = await tested().stored(content);
        const destination = await tested().stored(bytes('old'));
        expect(await tested().store.copy(source, destination, content.length)).toBe(true);
        expect((await tested().contentAt(destination))?.equals(content)).toBe(true);
      },
      LONG,
    );

    it('says that the source is missing of what should be large', async () => {
      const destination = await tested().stored(bytes('old'));
      expect(await tested().store.copy(tested().newKey(), destination, 2 * tested().partSize + 4321)).toBe(false);
      expect(await tested().textAt(destination)).toBe('old');
    });

    it('copies what was put together from parts', async () => {
      const source = tested().newKey();
      const upload = await tested().store.beginParts(source);
      const [one, two] = [tested().content(1), tested().content(0, 10)];
      const parts = [await tested().store.putPart(upload, 1, one), await tested().store.putPart(upload, 2, two)];
      await tested().store.completeParts(upload, parts);
      const destination = tested().newKey();
      expect(await tested().store.copy(source, destination, one.length + two.length)).toBe(true);
      expect((await tested().contentAt(destination))?.equals(Buffer.concat([one, two]))).toBe(true);
    });

    it('takes keys of all characters that paths may have, and !', async () => {
      const folder = tested().folder();
      await tested().store.put(`${folder}A.b_c-D/!42`, bytes('odd'));
      expect(await tested().store.copy(`${folder}A.b_c-D/!42`, `${folder}!/-._`, 3)).toBe(true);
      expect(await tested().textAt(`${folder}!/-._`)).toBe('odd');
    });
  });
}

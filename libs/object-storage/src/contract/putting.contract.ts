import { describe, expect, it } from '@jest/globals';
import { bytes, type Deviation, type GetStore, itUnless } from './support.contract.js';

export function describePutting(tested: GetStore, deviations: readonly Deviation[]): void {
  describe('put and head', () => {
    it('knows nothing of a key that no object has', async () => {
      expect(await tested().store.head(tested().newKey())).toBeNull();
      expect(await tested().store.get(tested().newKey())).toBeNull();
    });

    it('tells the size and the time of what was put', async () => {
      const key = tested().newKey();
      expect(await tested().store.put(key, bytes('content'))).toBe(true);
      const info = await tested().store.head(key);
      expect(info).toMatchObject({ key, size: 7, modifiedAt: expect.any(Date) });
      expect(Math.abs(Date.now() - Number(info?.modifiedAt))).toBeLessThan(600_000);
    });

    it('replaces what was there', async () => {
      const key = await tested().stored(bytes('something long'));
      expect(await tested().store.put(key, bytes('short'))).toBe(true);
      expect(await tested().textAt(key)).toBe('short');
      expect(await tested().store.head(key)).toMatchObject({ size: 5 });
    });

    it('keeps an empty object', async () => {
      const key = await tested().stored(Buffer.alloc(0));
      expect(await tested().store.head(key)).toMatchObject({ key, size: 0 });
      expect(await tested().contentAt(key)).toEqual(Buffer.alloc(0));
    });

    it('keeps an object of a few mebibytes', async () => {
      const content = tested().content(1, 3 * 1024 * 1024 + 1);
      const key = await tested().stored(content);
      expect((await tested().contentAt(key))?.equals(content)).toBe(true);
    });

    it('takes content that is a view of something larger, and that is changed afterwards', async () => {
      const content = new Uint8Array(bytes('0123456789')).subarray(2, 6);
      const key = await tested().stored(content);
      content.fill(0);
      expect(await tested().textAt(key)).toBe('2345');
    });

    itUnless('has no object below another', deviations, 'has an object below the key of another', async () => {
      const folder = tested().folder();
      await tested().store.put(`${folder}a`, bytes('a'));
      await tested().store.put(`${folder}a/b`, bytes('b'));
      expect(await tested().textAt(`${folder}a`)).toBe('a');
      expect(await tested().textAt(`${folder}a/b`)).toBe('b');
      expect(await tested().store.head(`${folder}a/`)).toBeNull();
    });

    it('takes keys of all characters that paths may have, and !', async () => {
      const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ/abcdefghijklmnopqrstuvwxyz/0123456789';
      const folder = tested().folder();
      const keys = [
        `${letters}/._-`,
        '-',
        '...',
        '_',
        'a/!000000000000042',
        `${'long'.repeat(60)}/${'name'.repeat(60)}`,
      ].map((name) => `${folder}${name}`);
      for (const key of keys) await tested().store.put(key, bytes(key));
      for (const key of keys) {
        expect(await tested().store.head(key)).toMatchObject({ key, size: key.length });
        expect(await tested().textAt(key)).toBe(key);
      }
      await tested().store.delete(keys);
      for (const key of keys) expect(await tested().store.head(key)).toBeNull();
    });
  });
}

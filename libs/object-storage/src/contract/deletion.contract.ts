import { describe, expect, it } from '@jest/globals';
import { eachOf } from '#libs/storage';
import { bytes, type Deviation, type GetStore, itUnless, LONG } from './support.contract.js';

export function describeDeletion(tested: GetStore, deviations: readonly Deviation[]): void {
  describe('delete', () => {
    it('deletes one object, and no other', async () => {
      const folder = tested().folder();
      for (const name of ['a', 'ab', 'b']) await tested().store.put(`${folder}${name}`, bytes(name));
      await tested().store.delete([`${folder}a`]);
      expect(await tested().store.head(`${folder}a`)).toBeNull();
      expect(await tested().textAt(`${folder}ab`)).toBe('ab');
      expect(await tested().textAt(`${folder}b`)).toBe('b');
    });

    itUnless('has no object below another', deviations, 'leaves what is below an object', async () => {
      const folder = tested().folder();
      for (const name of ['a', 'a/b']) await tested().store.put(`${folder}${name}`, bytes(name));
      await tested().store.delete([`${folder}a`]);
      expect(await tested().store.head(`${folder}a`)).toBeNull();
      expect(await tested().textAt(`${folder}a/b`)).toBe('a/b');
    });

    it('passes over keys that no object has, and none at all', async () => {
      const key = await tested().stored(bytes('there'));
      await tested().store.delete([]);
      await tested().store.delete([tested().newKey()]);
      await tested().store.delete([tested().newKey(), key, tested().newKey()]);
      expect(await tested().store.head(key)).toBeNull();
    });

    it(
      'deletes 1500 objects',
      async () => {
        const folder = tested().folder();
        const keys = Array.from({ length: 1500 }, (_, i) => `${folder}${i}`);
        await eachOf(keys, 32, (key) => tested().store.put(key, bytes('x')));
        const kept = await tested().stored(bytes('kept'));
        await tested().store.delete(keys);
        expect((await tested().store.list({ prefix: folder, delimited: false, limit: 1000 })).objects).toEqual([]);
        expect(await tested().textAt(kept)).toBe('kept');
      },
      LONG,
    );
  });
}

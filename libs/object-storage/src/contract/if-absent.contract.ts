import { describe, expect, it } from '@jest/globals';
import { bytes, type Deviation, type GetStore, itUnless } from './support.contract.js';

export function describeIfAbsent(tested: GetStore, deviations: readonly Deviation[]): void {
  describe('put with ifAbsent', () => {
    it('puts where no object has the key', async () => {
      const key = tested().newKey();
      expect(await tested().store.put(key, bytes('first'), { ifAbsent: true })).toBe(true);
      expect(await tested().textAt(key)).toBe('first');
    });

    it('leaves what is there', async () => {
      const key = await tested().stored(bytes('first'));
      expect(await tested().store.put(key, bytes('second'), { ifAbsent: true })).toBe(false);
      expect(await tested().textAt(key)).toBe('first');
    });

    it('leaves even what is the same or empty', async () => {
      const key = await tested().stored(Buffer.alloc(0));
      expect(await tested().store.put(key, Buffer.alloc(0), { ifAbsent: true })).toBe(false);
    });

    it('puts again what was deleted', async () => {
      const key = await tested().stored(bytes('first'));
      await tested().store.delete([key]);
      expect(await tested().store.put(key, bytes('second'), { ifAbsent: true })).toBe(true);
      expect(await tested().textAt(key)).toBe('second');
    });

    itUnless('is not atomic with ifAbsent', deviations, 'lets exactly one of 20 win, time after time', async () => {
      expect(tested().store.traits.putsIfAbsent).toBe(true);
      const other = await tested().another();
      for (let round = 0; round < 5; round++) {
        const key = tested().newKey();
        const puts = Array.from({ length: 20 }, (_, i) =>
          (i % 2 ? tested().store : other).put(key, bytes(`${i}`), { ifAbsent: true }),
        );
        const won = (await Promise.all(puts)).flatMap((put, i) => (put ? [`${i}`] : []));
        expect(won).toHaveLength(1);
        expect(await tested().textAt(key)).toBe(won[0]);
      }
    });
  });
}

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { bytes, type GetStore } from './support.contract.js';

export function describeObjectConcurrency(tested: GetStore): void {
  describe('many calls at once', () => {
    it('put and get 64 small objects', async () => {
      const folder = tested().folder();
      const keys = Array.from({ length: 64 }, (_, i) => `${folder}${i}`);
      await Promise.all(keys.map((key) => tested().store.put(key, bytes(key))));
      expect(await Promise.all(keys.map((key) => tested().textAt(key)))).toEqual(keys);
    });

    it('show one of several contents that are put at one key, whole', async () => {
      const key = tested().newKey();
      const contents = Array.from({ length: 8 }, () => randomBytes(200_000));
      const reads = Array.from({ length: 16 }, async () => tested().contentAt(key));
      await Promise.all(contents.map((content) => tested().store.put(key, content)));
      const read = [...(await Promise.all(reads)), await tested().contentAt(key)];
      for (const found of read) {
        if (found) expect(contents.some((content) => content.equals(found))).toBe(true);
      }
      expect(read.at(-1)).not.toBeNull();
    });
  });
}

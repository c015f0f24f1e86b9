import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PartBuffer, PartPool } from './part-buffer.js';

const KIB = 1024;
const PART = 1024 * KIB;

describe('PartBuffer', () => {
  it('holds what was added, up to a part, and takes no more memory than twice that', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300 * KIB), { maxLength: 12 }), (sizes) => {
        const buffer = new PartBuffer(PART, new PartPool(PART, 1));
        const all = Buffer.concat(sizes.map((size, index) => Buffer.alloc(size, `${index} `)));
        let added = 0;
        for (const size of sizes) added += buffer.add(all.subarray(added, added + size));
        expect(added).toBe(Math.min(all.length, PART));
        expect(buffer.content.equals(all.subarray(0, added))).toBe(true);
        expect(buffer.isFull).toBe(added === PART);
        const memory = buffer.content.buffer.byteLength;
        expect(memory === PART || memory <= Math.max(2 * added, 300 * KIB)).toBe(true);
      }),
    );
  });

  it('gives the memory of a part that is no longer needed to the next one, and to nobody twice', () => {
    const pool = new PartPool(4, 1);
    const [one, other] = [new PartBuffer(4, pool), new PartBuffer(4, pool)];
    one.add(Buffer.from('full'));
    const full = one.take();
    expect([String(full), one.content.length]).toEqual(['full', 0]);
    pool.give(full);
    one.add(Buffer.from('next'));
    other.add(Buffer.from('else'));
    expect(one.content.buffer).toBe(full.buffer);
    expect([String(one.content), String(other.content)]).toEqual(['next', 'else']);
  });
});

import { beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidOffsetError, PathNotFoundError } from '../storage-error.js';
import { bytes, everyByte, type GetDriver, readAll } from './support.contract.js';

export function describeReader(driver: GetDriver): void {
  describe('reader', () => {
    const content = everyByte(1_000_000);
    beforeEach(() => driver().putContent('/dir/file', content));

    it('reads the whole file when no offset is given', async () => {
      expect(content.equals(await readAll(driver(), '/dir/file'))).toBe(true);
    });

    it.each([0, 1, 65_535, 65_536, 262_144, 262_145, 999_999])('reads from offset %d to the end', async (offset) => {
      expect(content.subarray(offset).equals(await readAll(driver(), '/dir/file', offset))).toBe(true);
    });

    it.each([
      [0, 0],
      [0, 1],
      [10, 300_000],
      [262_143, 2],
      [999_999, 1],
      [0, 1_000_000],
    ])('reads from offset %d as many as %d bytes', async (offset, length) => {
      const expected = content.subarray(offset, offset + length);
      expect(expected.equals(await readAll(driver(), '/dir/file', offset, length))).toBe(true);
    });

    it.each([
      [999_990, 11],
      [0, 1_000_001],
      [500_000, Number.MAX_SAFE_INTEGER],
    ])('stops at the end when from offset %d the length %d goes beyond it', async (offset, length) => {
      expect(content.subarray(offset).equals(await readAll(driver(), '/dir/file', offset, length))).toBe(true);
    });

    it.each([1_000_000, 1_000_001, Number.MAX_SAFE_INTEGER])(
      'is empty from offset %d, past the end',
      async (offset) => {
        expect(await readAll(driver(), '/dir/file', offset)).toHaveLength(0);
        expect(await readAll(driver(), '/dir/file', offset, 5)).toHaveLength(0);
      },
    );

    it('is empty for an empty file', async () => {
      await driver().putContent('/empty', bytes(''));
      expect(await readAll(driver(), '/empty')).toHaveLength(0);
    });

    it.each([-1, -1_000_000, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('rejects the offset %d', async (offset) => {
      await expect(driver().reader('/dir/file', offset)).rejects.toThrow(InvalidOffsetError);
      await expect(driver().reader('/dir/file', offset)).rejects.toMatchObject({ path: '/dir/file', offset });
    });

    it.each(['/missing', '/dir', '/dir/file/below'])('rejects %s, where no file is, before it opens', async (path) => {
      await expect(driver().reader(path)).rejects.toThrow(PathNotFoundError);
      await expect(driver().reader(path, 5, 0)).rejects.toThrow(PathNotFoundError);
    });

    it('goes on with the old content when the file is replaced or deleted meanwhile', async () => {
      const [replaced, deleted] = [await driver().reader('/dir/file'), await driver().reader('/dir/file')];
      await driver().putContent('/dir/file', bytes('new'));
      expect(content.equals(Buffer.concat(await replaced.toArray()))).toBe(true);
      await driver().delete('/dir/file');
      expect(content.equals(Buffer.concat(await deleted.toArray()))).toBe(true);
    });

    it('serves several readers of one file, each from its own offset', async () => {
      const offsets = Array.from({ length: 8 }, (_, i) => i * 111_111);
      const read = await Promise.all(offsets.map((offset) => readAll(driver(), '/dir/file', offset)));
      for (const [i, offset] of offsets.entries())
        expect(content.subarray(offset).equals(read[i] ?? bytes(''))).toBe(true);
    });

    it('can be destroyed before the end, and before the first byte', async () => {
      const untouched = await driver().reader('/dir/file');
      untouched.destroy();
      const begun = await driver().reader('/dir/file');
      for await (const chunk of begun) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      expect([untouched.destroyed, begun.destroyed]).toEqual([true, true]);
    });
  });
}

import { beforeEach, describe, expect, it } from '@jest/globals';
import type { DriverTraits } from '../storage-driver.contract.js';
import type { WriterOptions } from '../storage-driver.js';
import { InvalidOffsetError, WriterClosedError } from '../storage-error.js';
import { bytes, everyByte, exists, type GetDriver, textAt } from './support.contract.js';

const ENDINGS = ['close', 'commit'] as const;
const CALLS = ['write', 'flush', 'close', 'commit', 'cancel'] as const;
const STATES = { close: 'closed', commit: 'committed', cancel: 'cancelled' } as const;

export function describeWriter(driver: GetDriver, { lacksDirectories = false }: DriverTraits): void {
  const ifDirectories = lacksDirectories ? it.skip : it;

  async function write(text: string, options?: WriterOptions, ending: 'close' | 'commit' = 'close'): Promise<void> {
    const writer = await driver().writer('/up/data', options);
    if (text) await writer.write(bytes(text));
    await writer[ending]();
  }

  /** Leaves 0123456789, closed at 0, 3, 4, 9 and 10 bytes. */
  async function writeInParts(): Promise<void> {
    for (const part of ['', '012', '3', '45678', '9']) await write(part, { append: true });
  }

  describe('writer', () => {
    it.each(ENDINGS)('writes chunks one after the other, there after %s', async (ending) => {
      const writer = await driver().writer('/up/data');
      for (const chunk of ['one ', '', 'two ', 'three']) await writer.write(bytes(chunk));
      await writer[ending]();
      expect(await textAt(driver(), '/up/data')).toBe('one two three');
    });

    it('keeps the order of chunks whose writing was not awaited', async () => {
      const writer = await driver().writer('/up/data');
      const content = everyByte(3_000_000);
      const chunks = Array.from({ length: 30 }, (_, i) => content.subarray(i * 100_000, (i + 1) * 100_000));
      await Promise.all(chunks.map((chunk) => writer.write(chunk)));
      await writer.commit();
      expect(content.equals(await driver().getContent('/up/data'))).toBe(true);
    });

    it('takes a chunk larger than what it writes at a time, and thousands of tiny ones', async () => {
      const content = everyByte(5_000_000);
      const writer = await driver().writer('/up/data');
      await writer.write(content.subarray(0, 4_990_000));
      for (let i = 4_990_000; i < 5_000_000; i++) await writer.write(content.subarray(i, i + 1));
      await writer.commit();
      expect(content.equals(await driver().getContent('/up/data'))).toBe(true);
    });

    it('needs a chunk no longer once it is flushed', async () => {
      const writer = await driver().writer('/up/data');
      const content = everyByte(3_000_000);
      const buffer = Buffer.alloc(400_000);
      for (let at = 0; at < content.length; at += buffer.length) {
        const size = content.copy(buffer, 0, at);
        await writer.write(buffer.subarray(0, size));
        await writer.flush();
        buffer.fill(0);
      }
      await writer.commit();
      expect(content.equals(await driver().getContent('/up/data'))).toBe(true);
    });

    it('counts the bytes so far, those before an append included', async () => {
      await write('12345');
      const writer = await driver().writer('/up/data', { append: true });
      expect(writer.size).toBe(5);
      await writer.write(bytes('678'));
      expect(writer.size).toBe(8);
      await writer.close();
      expect(writer.size).toBe(8);
    });

    it.each(ENDINGS)('leaves an empty file when nothing was written before %s', async (ending) => {
      await write('', {}, ending);
      expect(await driver().stat('/up/data')).toMatchObject({ size: 0, isDirectory: false });
    });

    it.each([undefined, {}, { append: false }])('begins anew with the options %j', async (options) => {
      await write('something long');
      await write('new', options);
      expect(await textAt(driver(), '/up/data')).toBe('new');
    });

    ifDirectories('rejects a directory, which stays as it is', async () => {
      await driver().putContent('/dir/file', bytes('x'));
      for (const append of [true, false]) await expect(driver().writer('/dir', { append })).rejects.toThrow(Error);
      expect(await driver().list('/dir')).toEqual(['file']);
    });
  });

  describe('writer that appends', () => {
    it.each(ENDINGS)('continues at the end after %s', async (ending) => {
      await write('one ', {}, ending);
      await write('two ', { append: true }, ending);
      await write('', { append: true }, ending);
      await write('three', { append: true }, ending);
      expect(await textAt(driver(), '/up/data')).toBe('one two three');
    });

    it('continues what putContent and move have left', async () => {
      await driver().putContent('/elsewhere', bytes('one '));
      await driver().move('/elsewhere', '/up/data');
      await write('two', { append: true });
      expect(await textAt(driver(), '/up/data')).toBe('one two');
    });

    it.each([{ append: true }, { append: true, offset: 0 }])('begins empty where nothing is: %j', async (options) => {
      await write('new', options);
      expect(await textAt(driver(), '/up/data')).toBe('new');
    });

    it.each([
      [0, 'X'],
      [3, '012X'],
      [9, '012345678X'],
      [10, '0123456789X'],
    ])('continues at offset %d and drops what follows', async (offset, expected) => {
      await writeInParts();
      const writer = await driver().writer('/up/data', { append: true, offset });
      expect(writer.size).toBe(offset);
      await writer.write(bytes('X'));
      await writer.close();
      expect(await textAt(driver(), '/up/data')).toBe(expected);
    });

    it('drops what follows the offset even when nothing is written', async () => {
      await writeInParts();
      await write('', { append: true, offset: 4 });
      expect(await textAt(driver(), '/up/data')).toBe('0123');
    });

    it('finds nothing of a longer file beyond the offset once it is longer again', async () => {
      for (const part of ['first', 'second']) {
        const writer = await driver().writer('/up/data', { append: true });
        await writer.write(Buffer.alloc(1_000_000, part));
        await writer.close();
      }
      await write('tail', { append: true, offset: 1_000_000 });
      expect((await driver().stat('/up/data')).size).toBe(1_000_004);
      await write('', { append: true }, 'commit');
      const content = await driver().getContent('/up/data');
      expect(content.equals(Buffer.concat([Buffer.alloc(1_000_000, 'first'), bytes('tail')]))).toBe(true);
    });

    it.each([11, 1_000_000])('rejects the offset %d of a shorter file, which stays as it is', async (offset) => {
      await writeInParts();
      const opening = driver().writer('/up/data', { append: true, offset });
      await expect(opening).rejects.toThrow(InvalidOffsetError);
      await expect(opening).rejects.toMatchObject({ path: '/up/data', offset });
      expect(await textAt(driver(), '/up/data')).toBe('0123456789');
    });

    it('rejects an offset where nothing is, and makes nothing', async () => {
      await expect(driver().writer('/up/data', { append: true, offset: 1 })).rejects.toThrow(InvalidOffsetError);
      expect(await exists(driver(), '/up')).toBe(false);
    });

    it.each([-1, 0.5, Number.NaN])('rejects the offset %d', async (offset) => {
      await writeInParts();
      await expect(driver().writer('/up/data', { append: true, offset })).rejects.toThrow(InvalidOffsetError);
    });
  });

  describe('writer that is cancelled', () => {
    it('leaves nothing of a file that was not there, nor of its directory', async () => {
      const writer = await driver().writer('/up/data', { append: true });
      await writer.write(bytes('x'));
      await writer.cancel();
      expect(await exists(driver(), '/up/data')).toBe(false);
      expect(await exists(driver(), '/up')).toBe(false);
    });

    it('leaves what was there of a file that was begun anew', async () => {
      await write('old');
      const writer = await driver().writer('/up/data');
      await writer.write(bytes('new'));
      await writer.cancel();
      expect(await textAt(driver(), '/up/data')).toBe('old');
    });

    it.each([
      [{ append: true }, '0123456789'],
      [{ append: true, offset: 4 }, '0123'],
    ])('opened with %j leaves what it continued', async (options, expected) => {
      await writeInParts();
      const writer = await driver().writer('/up/data', options);
      for (let i = 0; i < 20; i++) await writer.write(everyByte(200_000));
      await writer.cancel();
      expect(await textAt(driver(), '/up/data')).toBe(expected);
    });

    it('does so too when its directory was deleted meanwhile', async () => {
      await driver().putContent('/up/other', bytes('x'));
      const writer = await driver().writer('/up/data');
      await writer.write(bytes('x'));
      await driver().delete('/up');
      await writer.cancel();
      expect(await exists(driver(), '/up')).toBe(false);
    });
  });

  describe.each(['close', 'commit', 'cancel'] as const)('writer after %s', (ending) => {
    beforeEach(() => driver().putContent('/up/data', bytes('before ')));

    it.each(CALLS)('rejects %s with WriterClosedError and changes nothing', async (call) => {
      const writer = await driver().writer('/up/data', { append: true });
      await writer.write(bytes('x'));
      await writer[ending]();
      const content = await textAt(driver(), '/up/data');
      const late = call === 'write' ? writer.write(bytes('late')) : writer[call]();
      await expect(late).rejects.toThrow(WriterClosedError);
      await expect(late).rejects.toMatchObject({ path: '/up/data', state: STATES[ending] });
      expect(await textAt(driver(), '/up/data')).toBe(content);
    });

    it('rejects a second call that does not wait for the first', async () => {
      const writer = await driver().writer('/up/data', { append: true });
      const first = writer[ending]();
      await expect(writer[ending]()).rejects.toThrow(WriterClosedError);
      await first;
    });
  });
}

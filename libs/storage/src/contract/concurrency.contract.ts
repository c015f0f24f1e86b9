import { describe, expect, it } from '@jest/globals';
import { PathNotFoundError } from '../storage-error.js';
import { bytes, everyByte, exists, type GetDriver, readAll, textAt } from './support.contract.js';

export function describeConcurrency(driver: GetDriver): void {
  const times = (count: number) => Array.from({ length: count }, (_, i) => i);

  describe('at the same time', () => {
    it('readers see the old content or the new, never a part', async () => {
      const contents = [bytes('a'.repeat(200_000)), bytes('b'.repeat(100_000)), bytes('')];
      let isDone = false;
      await driver().putContent('/shared', bytes(''));
      const write = async () => {
        for (const i of times(60)) await driver().putContent('/shared', contents[i % 3] ?? bytes(''));
        isDone = true;
      };
      const read = async (get: () => Promise<Buffer>) => {
        while (!isDone) {
          const seen = await get();
          expect(contents.some((content) => content.equals(seen))).toBe(true);
        }
      };
      const getContent = () => driver().getContent('/shared');
      const stream = () => readAll(driver(), '/shared');
      await Promise.all([write(), read(getContent), read(getContent), read(stream)]);
    });

    it('the last of several that put to one path is there, whole', async () => {
      const contents = times(8).map((i) => bytes(String(i).repeat(50_000)));
      await Promise.all(contents.map((content) => driver().putContent('/shared', content)));
      const last = await driver().getContent('/shared');
      expect(contents.some((content) => content.equals(last))).toBe(true);
      expect(await driver().list('/')).toEqual(['shared']);
    });

    it('writers on different paths do not mix', async () => {
      const write = async (i: number) => {
        const writer = await driver().writer(`/up/${i}`);
        for (const part of times(30)) await writer.write(Buffer.alloc(65_536, `${i}:${part} `));
        await writer.commit();
      };
      await Promise.all(times(6).map(write));
      for (const i of times(6)) {
        const expected = Buffer.concat(times(30).map((part) => Buffer.alloc(65_536, `${i}:${part} `)));
        expect(expected.equals(await driver().getContent(`/up/${i}`))).toBe(true);
      }
    });

    it('directories that come and go disturb nobody', async () => {
      const comeAndGo = async (i: number) => {
        for (const round of times(12)) {
          const path = `/race/a/b/${i % 2 ? i : `${i}/${round}`}`;
          await driver().putContent(path, bytes(path));
          expect(await textAt(driver(), path)).toBe(path);
          await driver().move(path, `/race/c/${i}`);
          const writer = await driver().writer(path, { append: true });
          await writer.write(bytes('x'));
          await writer.commit();
          await driver().delete(path);
          await driver().delete(`/race/c/${i}`);
        }
      };
      await Promise.all(times(6).map(comeAndGo));
      expect(await exists(driver(), '/race')).toBe(false);
    });

    it('a directory is deleted while others put to it: what is put after that is there', async () => {
      const put = async (i: number) => {
        for (const round of times(15)) await driver().putContent(`/race/${i}/${round % 3}`, everyByte(100));
      };
      const clear = async () => {
        for (const _ of times(15)) await driver().delete('/race').catch(expectNotFound);
      };
      await Promise.all([put(1), put(2), clear()]);
      await put(3);
      expect(await driver().list('/race/3')).toEqual(['0', '1', '2']);
    });

    it('only one of several that delete or move the same file succeeds', async () => {
      await driver().putContent('/once', bytes('x'));
      const attempts = [
        ...times(4).map(() => driver().delete('/once')),
        ...times(4).map((i) => driver().move('/once', `/moved/${i}`)),
      ];
      const results = await Promise.allSettled(attempts);
      const failures = results.filter((result) => result.status === 'rejected');
      expect(failures).toHaveLength(7);
      for (const { reason } of failures) expectNotFound(reason);
      expect(await exists(driver(), '/once')).toBe(false);
    });
  });
}

function expectNotFound(error: unknown): void {
  expect(error).toBeInstanceOf(PathNotFoundError);
}

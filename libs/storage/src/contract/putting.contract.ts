import { beforeEach, describe, expect, it } from '@jest/globals';
import type { DriverTraits } from '../storage-driver.contract.js';
import type { NewFile } from '../storage-driver.js';
import { InvalidPathError, PathNotFoundError } from '../storage-error.js';
import { bytes, exists, type GetDriver, putAll, textAt } from './support.contract.js';

export function describePutting(driver: GetDriver, { lacksDirectories = false }: DriverTraits): void {
  const ifDirectories = lacksDirectories ? it.skip : it;
  const file = (path: string, text = path): NewFile => ({ path, content: bytes(text) });

  describe('putAll', () => {
    it('puts the files of all steps, over those that are there', async () => {
      await putAll(driver(), ['/a/old', '/c']);
      await driver().putAll([
        [file('/a/b/1'), file('/a/b/2'), file('/a/old', 'new')],
        [],
        [file('/a/b/3', ''), file('/c', 'd')],
      ]);
      for (const path of ['/a/b/1', '/a/b/2']) expect(await textAt(driver(), path)).toBe(path);
      expect(await textAt(driver(), '/a/old')).toBe('new');
      expect(await textAt(driver(), '/a/b/3')).toBe('');
      expect(await textAt(driver(), '/c')).toBe('d');
      expect(await driver().list('/a/b')).toEqual(['1', '2', '3']);
    });

    it('puts the later of two files at one path', async () => {
      await driver().putAll([[file('/a', 'one'), file('/a', 'two')], [file('/a', 'three')]]);
      expect(await textAt(driver(), '/a')).toBe('three');
    });

    it('takes nothing for an answer', async () => {
      await driver().putAll([]);
      await driver().putAll([[], []]);
      expect(await driver().list('/')).toEqual([]);
    });

    it('shows the files of a step when those of the steps before it are there', async () => {
      const path = (step: number, i: number) => `/order/${step}-${i}/file`;
      const steps = [0, 1, 2].map((step) => [0, 1, 2, 3].map((i) => path(step, i)));
      let isDone = false;
      const put = async () => {
        await driver().putAll(steps.map((paths) => paths.map((each) => file(each))));
        isDone = true;
      };
      const look = async () => {
        while (!isDone) {
          // From the last to the first: where one of a step is there, all of the steps before it must be there, too.
          let isLaterThere = false;
          for (const paths of steps.toReversed()) {
            const areThere: boolean[] = [];
            for (const each of paths) areThere.push(await exists(driver(), each));
            if (isLaterThere) expect(areThere).not.toContain(false);
            isLaterThere ||= areThere.includes(true);
          }
        }
      };
      await Promise.all([put(), look()]);
    });

    ifDirectories('puts nothing of the steps behind a file that fails, and leaves nothing unfinished', async () => {
      await putAll(driver(), ['/dir/file', '/old']);
      const steps = [[file('/a/1')], [file('/dir', 'no file can be here'), file('/a/2')], [file('/old', 'new')]];
      await expect(driver().putAll(steps)).rejects.toThrow(InvalidPathError);
      expect(await textAt(driver(), '/old')).toBe('/old');
      expect(await textAt(driver(), '/dir/file')).toBe('/dir/file');
    });

    it.each(['', 'relative', '/', '/a/../b', '/ä'])('rejects %j', async (path) => {
      await expect(driver().putAll([[file(path)]])).rejects.toThrow(InvalidPathError);
    });

    it('puts to directories that are deleted meanwhile', async () => {
      const rounds = Array.from({ length: 15 }, (_, i) => i);
      const put = async (name: string) => {
        for (const round of rounds) {
          await driver().putAll([[file(`/race/${name}/${round % 3}/x`), file(`/race/${name}/y`)], [file('/race/z')]]);
        }
      };
      const clear = async () => {
        for (const _ of rounds) await driver().delete('/race').catch(expectNotFound);
      };
      await Promise.all([put('a'), put('b'), clear()]);
      await put('c');
      expect(await driver().list('/race/c')).toEqual(['0', '1', '2', 'y']);
      expect(await textAt(driver(), '/race/z')).toBe('/race/z');
    });
  });

  describe('what need not be durable', () => {
    const lightly = { durable: false };

    beforeEach(async () => {
      await driver().putContent('/a/b/file', bytes('content'), lightly);
    });

    it('is there, and replaces what was', async () => {
      expect(await textAt(driver(), '/a/b/file')).toBe('content');
      await driver().putContent('/a/b/file', bytes('new'), lightly);
      expect(await textAt(driver(), '/a/b/file')).toBe('new');
    });

    ifDirectories('is refused where a directory is', async () => {
      await expect(driver().putContent('/a/b', bytes('x'), lightly)).rejects.toThrow(InvalidPathError);
    });

    it('has neighbours and followers that are', async () => {
      await driver().putContent('/a/b/other', bytes('durable'));
      await driver().putContent('/a/b/file', bytes('durable, too'));
      expect(await driver().list('/a/b')).toEqual(['file', 'other']);
      expect(await textAt(driver(), '/a/b/file')).toBe('durable, too');
    });

    it('is gone when it was deleted, and nothing else is', async () => {
      await putAll(driver(), ['/a/c/file', '/a/c/d/deep', '/a/c-d']);
      for (const path of ['/a/b/file', '/a/c']) {
        await driver().delete(path, lightly);
        expect(await exists(driver(), path)).toBe(false);
        await expect(driver().delete(path, lightly)).rejects.toThrow(PathNotFoundError);
      }
      expect(await exists(driver(), '/a/c/d/deep')).toBe(false);
      expect(await textAt(driver(), '/a/c-d')).toBe('/a/c-d');
      await driver().putContent('/a/b/file', bytes('again'));
      expect(await textAt(driver(), '/a/b/file')).toBe('again');
    });
  });
}

function expectNotFound(error: unknown): void {
  expect(error).toBeInstanceOf(PathNotFoundError);
}

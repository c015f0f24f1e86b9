import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pathsOf } from './contract/support.contract.js';
import { MemoryStorageDriver } from './memory/memory-storage-driver.js';
import type { WalkOptions } from './storage-driver.js';
import { comparePaths, lineageOf } from './storage-path.js';

const component = fc.constantFrom('a', 'a-b', 'a.b', 'b', '-', 'Z');
const path = fc.array(component, { minLength: 1, maxLength: 4 }).map((components) => `/${components.join('/')}`);

/** Paths of files none of which is a directory of another. */
const files = fc
  .uniqueArray(path, { maxLength: 12 })
  .map((paths) => paths.filter((file) => !paths.some((other) => other.startsWith(`${file}/`))));

describe('walkTree', () => {
  it('gives each entry once, in the order of comparePaths, and the rest of it after any path', async () => {
    await fc.assert(
      fc.asyncProperty(files, path, async (paths, startAfter) => {
        const driver = new MemoryStorageDriver();
        for (const file of paths) await driver.putContent(file, Buffer.from(file));
        const expected = [...new Set(paths.flatMap(lineageOf))].sort(comparePaths);
        const walk = (options: WalkOptions) => pathsOf(driver.walk('/', options));
        expect(await walk({})).toEqual(expected);
        expect(await walk({ startAfter })).toEqual(expected.filter((entry) => comparePaths(entry, startAfter) > 0));
      }),
    );
  });
});

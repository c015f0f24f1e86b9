import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryStorageDriver } from './memory/memory-storage-driver.js';
import { pathOf } from './path-mapper.js';
import { walkRepositories } from './repository-walk.js';
import type { StorageDriver } from './storage-driver.js';
import { comparePaths } from './storage-path.js';

const component = fc.constantFrom('a', 'a-b', 'a.b', 'b', '0', 'z');
const name = fc.array(component, { minLength: 1, maxLength: 3 }).map((components) => components.join('/'));
const names = fc.uniqueArray(name, { maxLength: 12 });
const anything = fc.oneof(
  name,
  fc.string(),
  fc.constantFrom('', '/', 'a/', '..', 'a/../b', '_uploads', 'a/_layers/x', 'é'),
);

async function holding(manifests: readonly string[], layers: readonly string[] = []): Promise<MemoryStorageDriver> {
  const driver = new MemoryStorageDriver();
  for (const each of manifests) await driver.putContent(`${pathOf.repository(each)}/_manifests/x`, Buffer.from('x'));
  for (const each of layers) await driver.putContent(`${pathOf.repository(each)}/_layers/x`, Buffer.from('x'));
  return driver;
}

async function all(driver: StorageDriver, content: 'manifests' | 'layers', startAfter?: string): Promise<string[]> {
  const names: string[] = [];
  for await (const each of walkRepositories(driver, content, startAfter)) names.push(each);
  return names;
}

/** Counts the lists. */
function counting(driver: StorageDriver) {
  const counted = { lists: 0, driver };
  const list = driver.list.bind(driver);
  driver.list = (...args) => {
    counted.lists++;
    return list(...args);
  };
  return counted;
}

describe('walkRepositories', () => {
  it('gives those that have what is asked for, component by component', async () => {
    await fc.assert(
      fc.asyncProperty(names, names, async (manifests, layers) => {
        const driver = await holding(manifests, layers);
        expect(await all(driver, 'manifests')).toEqual(manifests.toSorted(comparePaths));
        expect(await all(driver, 'layers')).toEqual(layers.toSorted(comparePaths));
      }),
    );
  });

  it('starts after any text', async () => {
    await fc.assert(
      fc.asyncProperty(names, anything, async (manifests, startAfter) => {
        const driver = await holding(manifests);
        const expected = manifests.filter((each) => comparePaths(each, startAfter) > 0).toSorted(comparePaths);
        expect(await all(driver, 'manifests', startAfter)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('finds a repository also behind more names below it than it reads at once', async () => {
    const many = Array.from({ length: 2500 }, (_, i) => `a/${1000 + i}`);
    const driver = await holding(['a', ...many, 'b']);
    expect(await all(driver, 'manifests')).toEqual(['a', ...many, 'b']);
    expect(await all(driver, 'manifests', 'a/3498')).toEqual(['a/3499', 'b']);
  });

  it('costs lists for what is asked for, not for all that is there', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => `org-${1000 + i}/app`);
    const counted = counting(await holding(many));
    const walk = walkRepositories(counted.driver, 'manifests', 'org-2000/app');
    const page: string[] = [];
    for await (const each of walk) {
      page.push(each);
      if (page.length === 100) break;
    }
    expect(page).toEqual(many.slice(1001, 1101));
    expect(counted.lists).toBeLessThan(2 * 100 + 2 * 16 + 10);
  });

  it('asks for no more than there is of what somebody made up', async () => {
    const counted = counting(await holding(['a/b', 'c']));
    expect(await all(counted.driver, 'manifests', 'a/b/c/d/e/f/g/h/i/j/k')).toEqual(['c']);
    expect(counted.lists).toBeLessThan(12);
  });
});

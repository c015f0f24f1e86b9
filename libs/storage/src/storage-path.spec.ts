import { posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidPathError } from './storage-error.js';
import {
  childOf,
  comparePaths,
  componentsOf,
  isComponent,
  isWithin,
  lineageOf,
  nameOf,
  parentOf,
  requirePath,
  requirePathOrRoot,
} from './storage-path.js';

const component = fc
  .string({ unit: fc.constantFrom(...'ab09AZ._-'), minLength: 1, maxLength: 6 })
  .filter((name) => name !== '.' && name !== '..');
const path = fc.array(component, { minLength: 1, maxLength: 5 }).map((components) => `/${components.join('/')}`);

function isValid(text: string): boolean {
  try {
    requirePath(text);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidPathError);
    return false;
  }
}

describe('requirePath', () => {
  it.each([
    ['a', 'a path begins with a slash'],
    ['/', 'the root is neither a file nor can it be moved or deleted'],
    ['//a', 'a component has at least one character'],
    ['/a/', 'a component has at least one character'],
    ['/a/../b', 'no component is . or ..'],
    ['/.', 'no component is . or ..'],
    [`/${'a'.repeat(256)}`, 'a component has at most 255 characters'],
    ['/a'.repeat(513), 'a path has at most 1024 characters'],
    ['/%2e%2e', 'a component consists of A-Z a-z 0-9 . _ -'],
    ['/a\n', 'a component consists of A-Z a-z 0-9 . _ -'],
  ])('names the rule that %j breaks', (invalid, rule) => {
    expect(() => requirePath(invalid)).toThrow(new InvalidPathError(invalid, rule));
  });

  it('takes every path that is made of components', () => {
    fc.assert(fc.property(path, (valid) => requirePath(valid)));
  });

  it('takes nothing that a file system reads differently', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'/.a'), minLength: 1 }), (text) => {
        expect(isValid(text)).toBe(text !== '/' && posix.resolve(text) === text);
      }),
    );
  });

  it('takes the root only where it is asked for', () => {
    requirePathOrRoot('/');
    expect(() => requirePathOrRoot('')).toThrow(InvalidPathError);
    expect(() => requirePathOrRoot('/..')).toThrow(InvalidPathError);
  });
});

describe('the parts of a path', () => {
  it.each([
    ['/a', '/', 'a', ['/a']],
    ['/a/b', '/a', 'b', ['/a', '/a/b']],
    ['/a/b/c.d', '/a/b', 'c.d', ['/a', '/a/b', '/a/b/c.d']],
  ])('of %s', (whole, parent, name, lineage) => {
    expect(parentOf(whole)).toBe(parent);
    expect(nameOf(whole)).toBe(name);
    expect(lineageOf(whole)).toEqual(lineage);
  });

  it('of the root are none', () => {
    expect(componentsOf('/')).toEqual([]);
    expect(lineageOf('/')).toEqual([]);
  });

  it('make up the path again', () => {
    fc.assert(
      fc.property(path, (whole) => {
        expect(childOf(parentOf(whole), nameOf(whole))).toBe(whole);
        expect(`/${componentsOf(whole).join('/')}`).toBe(whole);
        expect(componentsOf(whole).every(isComponent)).toBe(true);
        expect(lineageOf(whole).every((ancestor) => isWithin(whole, ancestor))).toBe(true);
      }),
    );
  });
});

describe('isWithin', () => {
  it.each([
    ['/a/b', '/a', true],
    ['/a', '/a', true],
    ['/a', '/', true],
    ['/', '/', true],
    ['/ab', '/a', false],
    ['/a', '/a/b', false],
    ['/', '/a', false],
  ])('%s in %s: %s', (inner, directory, expected) => {
    expect(isWithin(inner, directory)).toBe(expected);
  });
});

describe('comparePaths', () => {
  it('orders by component, unlike the texts', () => {
    const ordered = ['/', '/a', '/a/b', '/a/b/c', '/a/c', '/a-b', '/a-b/c', '/a.b', '/aa'];
    expect([...ordered].reverse().sort(comparePaths)).toEqual(ordered);
    expect([...ordered].sort()).not.toEqual(ordered);
  });

  it('orders as the lists of components', () => {
    const byComponents = (a: string, b: string): number => {
      const [first, second] = [componentsOf(a), componentsOf(b)];
      const differing = first.findIndex((name, i) => name !== second[i]);
      if (differing === -1) return first.length - second.length;
      const counterpart = second[differing];
      return counterpart === undefined || (first[differing] ?? '') > counterpart ? 1 : -1;
    };
    fc.assert(fc.property(path, path, (a, b) => Math.sign(byComponents(a, b)) === comparePaths(a, b)));
  });
});

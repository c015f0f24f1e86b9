import { describe, expect, it } from '@jest/globals';
import { boundedCache } from './bounded-cache.js';

const sizeOf = (value: string) => value.length;

describe('boundedCache', () => {
  it('keeps so many entries, those that were used last', () => {
    const cache = boundedCache<string>({ entries: 3 });
    for (const key of ['a', 'b', 'c']) cache.set(key, key);
    cache.get('a');
    cache.set('d', 'd');
    expect([...cache.keys()].sort()).toEqual(['a', 'c', 'd']);
  });

  it('keeps no more entries than it may, however small they are', () => {
    const cache = boundedCache({ entries: 10, size: 1000, sizeOf });
    for (let key = 0; key < 100; key++) cache.set(String(key), 'x');
    expect(cache.size).toBe(10);
  });

  it('keeps no more than fits, however few they are', () => {
    const cache = boundedCache({ entries: 10, size: 1000, sizeOf });
    for (let key = 0; key < 10; key++) cache.set(String(key), 'x'.repeat(400));
    expect(cache.size).toBe(2);
  });

  it('does not keep what is too large, nor what it replaces', () => {
    const cache = boundedCache({ entries: 10, size: 1000, largest: 500, sizeOf });
    cache.set('a', 'x');
    cache.set('b', 'x'.repeat(500));
    cache.set('a', 'x'.repeat(501));
    expect([...cache.keys()]).toEqual(['b']);
  });

  it.each([
    { entries: 1, size: 1000 },
    { entries: 5000, size: 1000 },
  ])('keeps a value also with $entries entries of $size', (bounds) => {
    const cache = boundedCache({ ...bounds, largest: 125, sizeOf });
    cache.set('a', 'x');
    expect(cache.get('a')).toBe('x');
  });
});

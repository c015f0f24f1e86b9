import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pageOf } from './page.js';

const names = fc.uniqueArray(fc.string({ unit: fc.constantFrom(...'abAB01._-'), minLength: 1, maxLength: 4 }));

describe('pageOf', () => {
  it('sorts by bytes and leaves its argument as it is', () => {
    const given = ['b', 'a', '_', 'Z', '10', '9', '-'];
    expect(pageOf(given, {})).toEqual(['-', '10', '9', 'Z', '_', 'a', 'b']);
    expect(given[0]).toBe('b');
  });

  it('gives the first so many that sort after startAfter', () => {
    fc.assert(
      fc.property(names, fc.string({ maxLength: 4 }), fc.nat(12), (given, startAfter, limit) => {
        const byBytes = given
          .map((name) => Buffer.from(name))
          .sort(Buffer.compare)
          .map(String);
        const following = byBytes.filter((name) => name > startAfter);
        expect(pageOf(given, { startAfter, limit })).toEqual(following.slice(0, limit));
        expect(pageOf(given, { startAfter })).toEqual(following);
        expect(pageOf(given, { limit })).toEqual(byBytes.slice(0, limit));
      }),
    );
  });
});

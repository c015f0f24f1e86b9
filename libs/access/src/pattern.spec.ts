import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileNamePattern, compileWildcard, problemOfNamePattern } from './pattern.js';

/** The same by way of regular expressions, which may take any time; for patterns without other special characters. */
function wildcardAsRegExp(pattern: string): RegExp {
  return new RegExp(`^${pattern.split('*').join('[^]*')}$`);
}

function nameAsRegExp(pattern: string): RegExp {
  const components = pattern
    .split('/')
    .map((component) => (component === '**' ? '(?:[^/]+/)*' : `${component.split('*').join('[^/]*')}/`));
  return new RegExp(`^${components.join('')}$`);
}

describe('compileWildcard', () => {
  it('matches as a regular expression would', () => {
    const pattern = fc.stringMatching(/^[ab*]{0,8}$/);
    const text = fc.stringMatching(/^[ab]{0,10}$/);
    fc.assert(
      fc.property(pattern, text, (one, other) => {
        expect(compileWildcard(one)(other)).toBe(wildcardAsRegExp(one).test(other));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes no time worth speaking of, whatever the pattern', () => {
    expect(compileWildcard(`${'a*'.repeat(50)}b`)('a'.repeat(100_000))).toBe(false);
  });
});

describe('compileNamePattern', () => {
  it.each([
    ['library/ubuntu', 'library/ubuntu', true],
    ['library/ubuntu', 'library/ubuntu/x', false],
    ['library/*', 'library/ubuntu', true],
    ['library/*', 'library', false],
    ['library/*', 'library/a/b', false],
    ['*', 'ubuntu', true],
    ['*', 'library/ubuntu', false],
    ['team-*/app', 'team-a/app', true],
    ['team-*/app', 'team-a/b/app', false],
    ['team-a/**', 'team-a', true],
    ['team-a/**', 'team-a/b', true],
    ['team-a/**', 'team-a/b/c', true],
    ['team-a/**', 'team-ab', false],
    ['team-a/**', 'team-ab/c', false],
    ['team-a/*/**', 'team-a', false],
    ['team-a/*/**', 'team-a/b/c', true],
    ['**', 'a/b/c', true],
    ['**/cache', 'cache', true],
    ['**/cache', 'a/b/cache', true],
    ['**/cache', 'a/b/mycache', false],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**/z', 'a', false],
    ['a/**/a', 'a', false],
    ['**/a/**/a/**', 'a', false],
    ['**/a/**/a/**', 'x/a/a', true],
  ])('%s and %s: %s', (pattern, name, matches) => {
    expect(compileNamePattern(pattern)(name)).toBe(matches);
  });

  it('matches as a regular expression would', () => {
    const component = fc.oneof(fc.stringMatching(/^[ab]{1,2}$/), fc.constantFrom('**', '*', 'a*', '*b'));
    const pattern = fc.array(component, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'));
    const name = fc.array(fc.stringMatching(/^[ab]{1,2}$/), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(pattern, name, (one, parts) => {
        expect(problemOfNamePattern(one)).toBeUndefined();
        expect(compileNamePattern(one)(parts.join('/'))).toBe(nameAsRegExp(one).test(`${parts.join('/')}/`));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each(['', '/', 'a/', '/a', 'a//b', 'A', 'a b', 'a**', '**a/b', '***', 'ä', 'a?', '{a,b}'])(
    'refuses %j',
    (pattern) => {
      expect(problemOfNamePattern(pattern)).toBeDefined();
    },
  );
});

import { describe, expect, it } from '@jest/globals';
import { Digest } from './digest.js';
import { isTag, parseReference } from './reference.js';

const DIGEST = `sha256:${'0'.repeat(64)}`;

describe('isTag', () => {
  it.each([
    ['a word', 'latest'],
    ['one character', 'a'],
    ['an upper-case letter', 'RC1'],
    ['a version', '24.04'],
    ['an underscore before', '_'],
    ['dots, dashes and underscores behind the first character', '0..--__'],
    ['the name of the referrers tag schema', `sha256-${'0'.repeat(64)}`],
    ['128 characters', 'a'.repeat(128)],
    ['a name that every object has', '__proto__'],
  ])('takes %s', (_, tag) => {
    expect(isTag(tag)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['129 characters', 'a'.repeat(129)],
    ['a dot before', '.hidden'],
    ['the folder above', '..'],
    ['a dash before', '-1'],
    ['a slash', 'a/b'],
    ['a backslash', 'a\\b'],
    ['a colon', 'a:b'],
    ['a plus sign', '1.0+build'],
    ['a space', 'a b'],
    ['a line feed at the end', 'latest\n'],
    ['a null character', 'latest\0'],
    ['a Cyrillic letter', 'l\u0430test'],
    ['a full-width letter', '\uff41'],
    ['a letter that only folds to a Latin one', '\u212a'],
    ['a digit of another script', '1\u0661'],
  ])('refuses %s', (_, tag) => {
    expect(isTag(tag)).toBe(false);
  });
});

describe('parseReference', () => {
  it('reads a tag', () => {
    expect(parseReference('latest')).toEqual({ tag: 'latest' });
  });

  it('reads a digest', () => {
    expect(parseReference(DIGEST)).toEqual({ digest: Digest.parse(DIGEST) });
  });

  it.each(['', '.', '..', 'a/b', 'a'.repeat(129), 'latest\n'])(
    'gives nothing for %j, which can name no manifest',
    (text) => {
      expect(parseReference(text)).toBeUndefined();
    },
  );

  it.each(['sha256:baddigeststring', 'md5:abc', `${DIGEST}\n`, ':', 'latest:', `latest@${DIGEST}`])(
    'takes %j for a malformed digest, not for a tag',
    (text) => {
      expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }));
    },
  );
});

import { describe, expect, it } from '@jest/globals';
import { parseRepositoryName } from './repository-name.js';

describe('parseRepositoryName', () => {
  it.each([
    ['one component', 'ubuntu'],
    ['one character', 'a'],
    ['components', 'library/ubuntu'],
    ['many components', Array(128).fill('a').join('/')],
    ['digits', '2024/01'],
    ['a dot, a dash, one and two underscores', 'a.b/a-b/a_b/a__b'],
    ['a run of dashes', 'a---b'],
    ['what is also a part of the routes', 'blobs/uploads/manifests/tags'],
    ['255 characters', 'a'.repeat(255)],
    ['255 characters in components', `${'a/'.repeat(127)}b`],
  ])('takes %s', (_, name) => {
    expect(parseRepositoryName(name)).toBe(name);
  });

  it.each([
    ['nothing', ''],
    ['256 characters', 'a'.repeat(256)],
    ['an upper-case letter', 'Ubuntu'],
    ['a slash before', '/ubuntu'],
    ['a slash at the end', 'ubuntu/'],
    ['an empty component', 'library//ubuntu'],
    ['a dot before', '.ubuntu'],
    ['a dot at the end', 'ubuntu.'],
    ['two dots', 'a..b'],
    ['the folder above', 'library/../ubuntu'],
    ['this folder', 'library/./ubuntu'],
    ['an underscore before', '_catalog'],
    ['a component that begins with an underscore', 'library/_manifests'],
    ['three underscores', 'a___b'],
    ['two separators', 'a.-b'],
    ['a dash before', '-a'],
    ['a dash at the end', 'a/b-'],
    ['a host with a port', 'localhost:5000/ubuntu'],
    ['a tag', 'ubuntu:latest'],
    ['a space', 'a b'],
    ['a line feed at the end', 'ubuntu\n'],
    ['a null character', 'ubuntu\0'],
    ['a backslash', 'a\\b'],
    ['an escape that nobody decoded', 'library%2Fubuntu'],
    ['a Cyrillic letter', 'ubuntu/\u0430'],
    ['a full-width letter', '\uff41'],
    ['a full-width slash', 'a\uff0fb'],
    ['a letter with a combining mark', 'u\u0308bersicht'],
    ['a digit of another script', 'a\u0661'],
  ])('refuses %s', (_, name) => {
    expect(() => parseRepositoryName(name)).toThrow(
      expect.objectContaining({
        code: 'NAME_INVALID',
        status: 400,
        detail: expect.objectContaining({ name: name.slice(0, 255) }),
      }),
    );
  });

  it('does not repeat an overlong name in full', () => {
    expect(() => parseRepositoryName('a'.repeat(100_000))).toThrow(
      expect.objectContaining({ detail: { name: 'a'.repeat(255), rule: 'at most 255 characters' } }),
    );
  });
});

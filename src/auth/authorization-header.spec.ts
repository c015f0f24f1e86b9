import { describe, expect, it } from '@jest/globals';
import { readAuthorization } from './authorization-header.js';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('readAuthorization', () => {
  it.each([
    ['anna:secret', 'anna', 'secret'],
    ['anna:a:b', 'anna', 'a:b'],
    ['anna:', 'anna', ''],
    [':secret', '', 'secret'],
    ['änna:gehéim', 'änna', 'gehéim'],
  ])('reads the login %j', (text, user, password) => {
    expect(readAuthorization(basic(text))).toEqual({ kind: 'password', user, password });
    expect(readAuthorization(basic(text).replace('Basic', 'bASIC '))).toEqual({ kind: 'password', user, password });
  });

  it('reads a token', () => {
    expect(readAuthorization('Bearer a.b-c_d')).toEqual({ kind: 'token', token: 'a.b-c_d' });
    expect(readAuthorization('bearer a=')).toEqual({ kind: 'token', token: 'a=' });
  });

  it.each([
    ...[
      'Basic',
      'Basic ',
      'Basic !',
      'Basic a b',
      basic('anna'),
      basic('anna:a\0b'),
      basic('an\nna:x'),
      basic('a:\x7f'),
    ],
    ...['Bearer', 'Bearer ', 'Bearer a b', 'Bearer a"b', 'Bearer =a', 'Bearer a,b'],
  ])('knows that %j is malformed', (header) => {
    expect(readAuthorization(header)).toBeNull();
  });

  it('takes neither a name nor a password for nothing', () => {
    expect(readAuthorization(basic(':'))).toBeUndefined();
  });

  it.each(['', 'Negotiate abc', 'Basic2 abc', 'Bearer\tabc', 'BasicYTpi', ' Basic YTpi'])(
    'leaves %j to others',
    (header) => {
      expect(readAuthorization(header)).toBeUndefined();
    },
  );
});

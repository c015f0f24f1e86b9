import { describe, expect, it } from '@jest/globals';
import { readAlternativeNames } from './alternative-names.js';

describe('readAlternativeNames', () => {
  it.each([
    ['', [], [], []],
    ['DNS:a.example', ['a.example'], [], []],
    ['DNS:a, email:b@c.d, URI:spiffe://e/f, DNS:g', ['a', 'g'], ['b@c.d'], ['spiffe://e/f']],
    ['IP Address:127.0.0.1, DirName:CN=x, DNS:a', ['a'], [], []],
    // A value must not be able to look like another entry.
    ['DNS:"a, email:root@x"', ['a, email:root@x'], [], []],
    ['URI:"x\\", DNS:y", DNS:z', ['z'], [], ['x", DNS:y']],
    ['othername:<unsupported>, email:a@b', [], ['a@b'], []],
  ])('reads %j', (text, dns, email, uri) => {
    expect(readAlternativeNames(text)).toEqual({ dns, email, uri });
  });

  it('has nothing to read where there are no names', () => {
    expect(readAlternativeNames(undefined)).toEqual({ dns: [], email: [], uri: [] });
  });
});

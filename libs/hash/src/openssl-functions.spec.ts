import { describe, expect, it } from '@jest/globals';
import type { HashAlgorithm } from './hash-algorithm.js';
import { contextSize } from './openssl-context.js';
import { loadOpenSslFunctions } from './openssl-functions.js';

const functions = loadOpenSslFunctions();
const SIZES: [HashAlgorithm, number, number][] = [
  ['sha256', 112, 32],
  ['sha512', 216, 64],
];

describe('the functions of OpenSSL', () => {
  it.each(SIZES)('refuse a structure of another size (%s)', (algorithm, size, digestSize) => {
    const digest = new Uint8Array(digestSize);
    for (const wrong of [new Uint8Array(0), new Uint8Array(size - 1), new Uint8Array(size + 1)]) {
      expect(() => functions.init(algorithm, wrong)).toThrow(RangeError);
      expect(() => functions.update(algorithm, wrong, Buffer.from('abc'))).toThrow(RangeError);
      expect(() => functions.final(algorithm, wrong, digest)).toThrow(RangeError);
    }
  });

  it.each(SIZES)('refuse room for the digest of another size (%s)', (algorithm, size, digestSize) => {
    const context = new Uint8Array(size);
    functions.init(algorithm, context);
    expect(() => functions.final(algorithm, context, new Uint8Array(digestSize - 1))).toThrow(RangeError);
    expect(() => functions.final(algorithm, context, new Uint8Array(digestSize + 1))).toThrow(RangeError);
  });

  it.each<[string, unknown]>([
    ['a string', 'abc'],
    ['an address', 4096],
    ['null', null],
    ['an array', [1, 2]],
    ['words', new Uint16Array(2)],
  ])('refuse %s as a chunk', (_, chunk) => {
    const context = new Uint8Array(contextSize('sha256'));
    functions.init('sha256', context);
    expect(() => functions.update('sha256', context, chunk as Uint8Array)).toThrow(TypeError);
  });

  it('refuse a structure that is no bytes, of the right length though it be', () => {
    const words: unknown = new Uint32Array(112);
    expect(() => functions.init('sha256', words as Uint8Array)).toThrow(RangeError);
  });
});

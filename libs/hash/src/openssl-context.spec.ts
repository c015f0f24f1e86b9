import { describe, expect, it } from '@jest/globals';
import type { HashAlgorithm } from './hash-algorithm.js';
import { type ByteOrder, contextFrom, contextSize, stateFrom } from './openssl-context.js';

/** 5 GiB and 3 bytes: 0x1_4000_0003 bytes are 0xa_0000_0018 bits. */
const LENGTH = 5 * 2 ** 30 + 3;
const PENDING = Buffer.from('xyz');
const WORDS = {
  sha256: Buffer.from(Array.from({ length: 32 }, (_, index) => index)),
  sha512: Buffer.from(Array.from({ length: 64 }, (_, index) => index)),
};

/** The structure written out by hand: words, then low and high word of the bit count, block, pending bytes, digest size. */
const WRITTEN_OUT: [HashAlgorithm, ByteOrder, string][] = [
  ['sha256', 'BE', `${WORDS.sha256.toString('hex')}000000180000000a${'78797a'.padEnd(128, '0')}0000000300000020`],
  [
    'sha256',
    'LE',
    `${Buffer.from(WORDS.sha256).swap32().toString('hex')}180000000a000000${'78797a'.padEnd(128, '0')}0300000020000000`,
  ],
  [
    'sha512',
    'BE',
    `${WORDS.sha512.toString('hex')}0000000a000000180000000000000000${'78797a'.padEnd(256, '0')}0000000300000040`,
  ],
  [
    'sha512',
    'LE',
    `${Buffer.from(WORDS.sha512).swap64().toString('hex')}180000000a0000000000000000000000${'78797a'.padEnd(256, '0')}0300000040000000`,
  ],
];

describe('the structure of OpenSSL', () => {
  it.each(WRITTEN_OUT)('is written for %s in the order %s', (algorithm, order, expected) => {
    const state = { words: WORDS[algorithm], pending: PENDING, length: LENGTH };
    expect(Buffer.from(contextFrom(algorithm, state, order)).toString('hex')).toBe(expected);
  });

  it.each(WRITTEN_OUT)('is read for %s in the order %s', (algorithm, order, written) => {
    expect(stateFrom(algorithm, Buffer.from(written, 'hex'), LENGTH, order)).toEqual({
      words: WORDS[algorithm],
      pending: PENDING,
      length: LENGTH,
    });
  });

  it('is not changed by reading it', () => {
    const context = Buffer.from(WRITTEN_OUT[1]?.[2] ?? '', 'hex');
    const before = context.toString('hex');
    stateFrom('sha256', context, LENGTH, 'LE');
    expect(context.toString('hex')).toBe(before);
  });

  it('has 112 bytes for sha256 and 216 for sha512', () => {
    expect([contextSize('sha256'), contextSize('sha512')]).toEqual([112, 216]);
  });

  it('leaves out what remains in the block of bytes hashed before', () => {
    const context = Buffer.alloc(112, 0xff);
    expect(stateFrom('sha256', context, 64, 'LE').pending).toHaveLength(0);
    expect(stateFrom('sha256', context, 67, 'LE').pending).toHaveLength(3);
  });
});

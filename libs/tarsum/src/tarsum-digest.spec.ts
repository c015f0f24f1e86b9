import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatTarSum, parseTarSum, parseTarSumAlgorithm } from './tarsum-digest.js';
import { TarSumFormatError, TarSumVersionError } from './tarsum-error.js';

const HEX = '0123456789abcdef'.repeat(4);
const LENGTHS = { md5: 32, sha1: 40, sha224: 56, sha256: 64, sha384: 96, sha512: 128 } as const;

describe('parseTarSum', () => {
  it.each([
    [`tarsum+sha256:${HEX}`, { version: 'v0', hash: 'sha256', hex: HEX }],
    [`tarsum.v1+sha256:${HEX}`, { version: 'v1', hash: 'sha256', hex: HEX }],
    [`tarsum.dev+sha512:${HEX}${HEX}`, { version: 'dev', hash: 'sha512', hex: HEX + HEX }],
    [`tarsum.v1+md5:${HEX.slice(0, 32)}`, { version: 'v1', hash: 'md5', hex: HEX.slice(0, 32) }],
  ])('reads %s', (text, parts) => {
    expect(parseTarSum(text)).toEqual(parts);
  });

  it.each([
    '',
    'tarsum',
    'tarsum.v1',
    'tarsum.v1+sha256',
    `sha256:${HEX}`,
    `tarsum.v1:${HEX}`,
    `tarsum.+sha256:${HEX}`,
    `tarsum-v1+sha256:${HEX}`,
    `tarsumv1+sha256:${HEX}`,
    `tarsum.v1.2+sha256:${HEX}`,
    `Tarsum.v1+sha256:${HEX}`,
    ` tarsum.v1+sha256:${HEX}`,
    `x/tarsum.v1+sha256:${HEX}`,
    `tarsum.v1+:${HEX}`,
    `tarsum.v1+sha-256:${HEX}`,
    `tarsum.v1+sha256+sha256:${HEX}`,
  ])('says that %j is not a tarsum', (text) => {
    expect(failureOf(text)).toMatchObject({ name: 'TarSumFormatError', reason: 'not a tarsum', text });
  });

  it.each(['tarsum.v23', 'tarsum.v0', 'tarsum.v2', 'tarsum.constructor'])('says that %s is no version', (label) => {
    expect(failureOf(`${label}+sha256:${HEX}`)).toMatchObject({ name: 'TarSumVersionError', label });
    expect(failureOf(`${label}+test:00`)).toBeInstanceOf(TarSumVersionError);
  });

  it.each(['test', 'SHA256', 'sha3', 'constructor', 'toString'])('says that %s is no hash', (hash) => {
    expect(failureOf(`tarsum.v1+${hash}:${HEX}`)).toMatchObject({
      name: 'TarSumFormatError',
      reason: 'unknown hash',
    });
  });

  it.each([
    '',
    HEX.slice(1),
    `${HEX}0`,
    HEX.toUpperCase(),
    `${HEX.slice(1)}g`,
    `${HEX}\n`,
    `${HEX.slice(1)}\n`,
    `${HEX.slice(2)}:0`,
  ])('says that %j is not the digits of a SHA-256', (hex) => {
    expect(failureOf(`tarsum.v1+sha256:${hex}`)).toMatchObject({
      name: 'TarSumFormatError',
      reason: 'bad hexadecimal digits',
    });
  });

  it('reads what formatTarSum prints', () => {
    const digest = fc
      .record({
        version: fc.constantFrom('v0', 'v1', 'dev'),
        hash: fc.constantFrom('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'),
      })
      .chain(({ version, hash }) =>
        fc
          .uint8Array({ minLength: LENGTHS[hash] / 2, maxLength: LENGTHS[hash] / 2 })
          .map((bytes) => ({ version, hash, hex: Buffer.from(bytes).toString('hex') })),
      );
    fc.assert(
      fc.property(digest, (parts) => {
        expect(parseTarSum(formatTarSum(parts))).toEqual(parts);
      }),
    );
  });

  it('reads any text as what prints it, or throws a typed error', () => {
    const part = fc.constantFrom(
      'tarsum',
      '.v1',
      '.dev',
      '.v2',
      '+',
      'sha256',
      'md5',
      ':',
      HEX,
      HEX.slice(32),
      ' ',
      'A',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        const failure = failureOf(text);
        if (failure === undefined) expect(formatTarSum(parseTarSum(text))).toBe(text);
        else expect([TarSumFormatError, TarSumVersionError]).toContain(failure.constructor);
      }),
    );
  });
});

describe('parseTarSumAlgorithm', () => {
  it('reads a tarsum without its digits', () => {
    expect(parseTarSumAlgorithm('tarsum.dev+sha384')).toEqual({ version: 'dev', hash: 'sha384' });
  });

  it('takes nothing behind the hash', () => {
    expect(() => parseTarSumAlgorithm('tarsum.v1+sha256:')).toThrow(TarSumFormatError);
  });
});

function failureOf(text: string): Error | undefined {
  try {
    parseTarSum(text);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

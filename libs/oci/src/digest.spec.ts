import { describe, expect, it } from '@jest/globals';
import { Digest } from './digest.js';
import { OciError } from './error.js';
import { readManifest } from './manifest.js';

const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const SHA512 =
  'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce' +
  '47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e';

describe('Digest.parse', () => {
  it.each([
    ['sha256', SHA256],
    ['sha512', SHA512],
    ['sha256', '0'.repeat(64)],
    ['sha512', '0123456789abcdef'.repeat(8)],
  ])('reads a %s digest of its full length', (algorithm, encoded) => {
    const digest = Digest.parse(`${algorithm}:${encoded}`);
    expect([digest.algorithm, digest.encoded]).toEqual([algorithm, encoded]);
  });

  it.each([
    ['nothing', ''],
    ['no separator', SHA256],
    ['nothing but the separator', ':'],
    ['no algorithm', `:${SHA256}`],
    ['nothing behind the separator', 'sha256:'],
    ['a digit too few', `sha256:${SHA256.slice(1)}`],
    ['a digit too many', `sha256:${SHA256}0`],
    ['the digits of another algorithm', `sha512:${SHA256}`],
    ['upper-case digits', `sha256:${SHA256.toUpperCase()}`],
    ['upper-case digits of sha512', `sha512:${SHA512.toUpperCase()}`],
    ['one upper-case digit', `sha256:A${SHA256.slice(1)}`],
    ['an upper-case algorithm', `SHA256:${SHA256}`],
    ['a letter that is no digit', `sha256:g${SHA256.slice(1)}`],
    ['a full-width digit', `sha256:\uff10${SHA256.slice(1)}`],
    ['a Cyrillic letter', `sha256:\u0430${SHA256.slice(1)}`],
    ['a line feed at the end', `sha256:${SHA256}\n`],
    ['a space before', ` sha256:${SHA256}`],
    ['a second separator', `sha256::${SHA256}`],
    ['a path', 'sha256:../../etc/passwd'],
    ['an algorithm of the image specification that is not supported', `blake3:${SHA256}`],
    ['an algorithm that Distribution takes besides', `sha384:${'0'.repeat(96)}`],
    ['a broken algorithm', `md5:${'0'.repeat(32)}`],
    ['a name that every object has', `constructor:${SHA256}`],
  ])('refuses %s', (_, text) => {
    expect(() => Digest.parse(text)).toThrow(
      expect.objectContaining({
        code: 'DIGEST_INVALID',
        status: 400,
        detail: expect.objectContaining({ digest: text }),
      }),
    );
  });
});

describe('a tarsum', () => {
  it.each([
    ['tarsum+sha256', 64, { version: 'v0', hash: 'sha256' }],
    ['tarsum.v1+sha256', 64, { version: 'v1', hash: 'sha256' }],
    ['tarsum.dev+sha512', 128, { version: 'dev', hash: 'sha512' }],
    ['tarsum.v1+md5', 32, { version: 'v1', hash: 'md5' }],
  ])('is a digest of its own kind: %s', (algorithm, length, tarSum) => {
    const text = `${algorithm}:${'a'.repeat(length)}`;
    const digest = Digest.parse(text);
    expect([digest.tarSum, digest.algorithm, String(digest)]).toEqual([tarSum, algorithm, text]);
  });

  it.each([
    'tarsum.v2+sha256',
    'tarsum.v1',
    'tarsum.v1+',
    'tarsum.v1+md4',
    'tarsum.v1+sha256+x',
    'xtarsum.v1+sha256',
    'tarsum.V1+sha256',
    'tarsum.v1+SHA256',
    ' tarsum.v1+sha256',
  ])('is strict about its algorithm: %j', (algorithm) => {
    expect(() => Digest.parse(`${algorithm}:${'a'.repeat(64)}`)).toThrow(OciError);
  });

  it.each(['a'.repeat(63), 'A'.repeat(64), `${'a'.repeat(64)}\n`, ''])('is strict about its digits: %j', (hex) => {
    expect(() => Digest.parse(`tarsum.v1+sha256:${hex}`)).toThrow(OciError);
  });

  it('is none of what a descriptor may have', () => {
    const manifest = {
      schemaVersion: 2,
      config: { mediaType: 'a/b', digest: `tarsum.v1+sha256:${'a'.repeat(64)}`, size: 1 },
      layers: [],
    };
    const { errors } = readManifest(Buffer.from(JSON.stringify(manifest)));
    expect(errors.map(({ detail }) => detail)).toEqual([expect.objectContaining({ field: 'config.digest' })]);
  });
});

describe('Digest.from', () => {
  it('refuses parts that would read as others when printed', () => {
    expect(() => Digest.from('sha256', `${SHA256}:`)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }));
    expect(() => Digest.from('', `sha256:${SHA256}`)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }));
  });
});

describe('Digest.of', () => {
  it.each([
    ['sha256', '', `sha256:${SHA256}`],
    ['sha512', '', `sha512:${SHA512}`],
    ['sha256', 'abc', 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('computes %s of %j', (algorithm, content, text) => {
    expect(Digest.of(Buffer.from(content), algorithm).toString()).toBe(text);
  });

  it('computes sha256 unless told otherwise', () => {
    expect(Digest.of(Buffer.alloc(0)).toString()).toBe(`sha256:${SHA256}`);
  });

  it('refuses an algorithm that a digest may not have', () => {
    expect(() => Digest.of(Buffer.alloc(0), 'md5')).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }));
  });
});

describe('a digest', () => {
  it('equals another of the same algorithm and digits only', () => {
    const digest = Digest.from('sha256', SHA256);
    expect(digest.equals(Digest.parse(`sha256:${SHA256}`))).toBe(true);
    expect(digest.equals(Digest.of(Buffer.from('abc')))).toBe(false);
    expect(digest.equals(Digest.of(Buffer.alloc(0), 'sha512'))).toBe(false);
  });

  it('stands in JSON as its text', () => {
    expect(JSON.stringify({ digest: Digest.from('sha256', SHA256) })).toBe(`{"digest":"sha256:${SHA256}"}`);
  });
});

describe('Digest.looksLike', () => {
  it.each([
    [`sha256:${SHA256}`, true],
    ['sha256:short', true],
    ['blake3:abc', true],
    ['latest', false],
    ['', false],
  ])('says of %j: %s', (text, looksLike) => {
    expect(Digest.looksLike(text)).toBe(looksLike);
  });
});

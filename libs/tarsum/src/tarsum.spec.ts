import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COMPATIBILITY_CASES } from '../test/compatibility-cases.js';
import { END, paxHeader, tarEntry } from '../test/tar-builder.js';
import { createTarSum, MalformedArchiveError, TarSum, type TarSumHash, type TarSumVersion } from './index.js';

interface Vector {
  name: string;
  tarBase64: string;
  sums: Record<TarSumVersion, string>;
}

const VECTORS: Vector[] = JSON.parse(vector('tarsum-vectors.json').toString());
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe('TarSum', () => {
  it.each(VECTORS)('sums the archive $name like the original', ({ tarBase64, sums }) => {
    const archive = Buffer.from(tarBase64, 'base64');
    for (const version of ['v0', 'v1', 'dev'] as const) {
      const sum = new TarSum(version);
      sum.update(archive);
      expect(`${sum.algorithm}:${sum.digest()}`).toBe(sums[version]);
    }
  });

  it.each([
    ['46af-layer.tar', 'v0', '46af-json', '4095cc12fa5fdb1ab2760377e1cd0c4ecdd3e61b4f9b82319d96fcea6c9a41c6'],
    ['46af-layer.tar', 'v1', '46af-json', 'db56e35eec6ce65ba1588c20ba6b1ea23743b59e81fb6b7f358ccbde5580345c'],
    ['46af-layer.tar', 'dev', '46af-json', 'db56e35eec6ce65ba1588c20ba6b1ea23743b59e81fb6b7f358ccbde5580345c'],
    ['46af-layer.tar', 'v1', undefined, '41cd5c911333ee394776e432fc5a27cc82dfea313e5feff965e31c0fddd9213d'],
    ['5111-layer.tar', 'v0', '5111-json', 'c66bd5ec9f87b8f4c6135ca37684618f486a3dd1d113b138d0a177bfa39c2571'],
    ['xattr-layer.tar', 'v0', 'xattr-json', '07e304a8dbcb215b37649fde1a699f8aeea47e60815707f1cdf4d55d25ff6ab4'],
    ['xattr-layer.tar', 'dev', 'xattr-json', '6c58917892d77b3b357b0f9ad1e28e1f4ae4de3a8006bd3beb8beda214d8fd16'],
    ['xattr-layer.tar', 'v1', undefined, 'e77e6c36c4bc32c0795ca8a8c086bbaa6cb83b0d785522182d45d770cc5eeb6f'],
    ['collision-0.tar', 'v0', undefined, '08653904a68d3ab5c59e65ef58c49c1581caa3c34744f8d354b3f575ea04424a'],
    ['collision-1.tar', 'v0', undefined, 'b51c13fbefe158b5ce420d2b930eef54c5cd55c50a2ee4abdddea8fa9f081e0d'],
    ['collision-2.tar', 'v0', undefined, '381547080919bb82691e995508ae20ed33ce0f6948d41cafbeb70ce20c73ee8e'],
    ['collision-3.tar', 'v0', undefined, 'f886e431c08143164a676805205979cd8fa535dfcef714db5515650eea5a7c0f'],
  ] as const)('sums %s in %s with the extra bytes %s like Docker', (archive, version, extra, hex) => {
    const sum = new TarSum(version, 'sha256', extra && vector(extra));
    sum.update(vector(archive));
    expect(sum.digest()).toBe(hex);
  });

  it.each([
    ['sha256', '\0', '8bf12d7e67c51ee2e8306cba569398b1b9f419969521a12ffb9d8875e8836738'],
    ['md5', '\0', '0d7529ec7a8360155b48134b8e599f53'],
    ['sha1', '\0', 'f1fee39c5925807ff75ef1925e7a23be444ba4df'],
    ['sha224', '\0', '6319390c0b061d639085d8748b14cd55f697cf9313805218b21cf61c'],
    ['sha256', '0', '75258b2c5dcd9adfe24ce71eeca5fc5019c7e669912f15703ede92b1a60cb11f'],
    ['md5', '0', '3a6cdb475d90459ac0d3280703d17be2'],
    ['sha1', '0', '14b5e0d12a0c50a4281e86e92153fa06d55d00c6'],
    ['sha224', '0', 'dd8925b7a4c71b13f3a68a0f9428a757c76b93752c398f272a9062d5'],
  ] as const)('hashes with %s, the type byte being %j', (hash, typeflag, hex) => {
    const content = Buffer.alloc(1024 * 1024);
    const sum = new TarSum('v0', hash);
    sum.update(tarEntry({ name: '/testdata0', mode: 0o755, typeflag }, content));
    sum.update(END);
    expect(sum.digest()).toBe(hex);
  });

  const owner = { name: 'another.txt', uid: 1000, gid: 1000, uname: 'slartibartfast', gname: 'users' };
  const attributes = (key: string): Buffer =>
    Buffer.concat([
      paxHeader([
        ['SCHILY.xattr.user.key2', 'value2'],
        [`SCHILY.xattr.user.${key}`, 'value1'],
      ]),
      tarEntry({ ...owner, name: 'xattrs.txt' }, 'test'),
    ]);

  it.each([
    ['v0', tarEntry({ name: 'file.txt' }), '626c4a2e9a467d65c33ae81f7f3dedd4de8ccaee72af73223c4bc4718cbc7bbd'],
    ['v1', tarEntry({ name: 'file.txt' }), '6ffd43a1573a9913325b4918e124ee982a99c0f3cba90fc032a65f5e20bdd465'],
    [
      'v1',
      tarEntry({ name: 'file.txt', mtime: 1 }),
      '6ffd43a1573a9913325b4918e124ee982a99c0f3cba90fc032a65f5e20bdd465',
    ],
    ['dev', tarEntry(owner, 'test'), 'b38166c059e11fb77bef30bf16fba7584446e80fcc156ff46d47e36c5305d8ef'],
    ['v1', attributes('key1'), '4cc2e71ac5d31833ab2be9b4f7842a14ce595ec96a37af4ed08f87bc374228cd'],
    ['v1', attributes('KEY1'), '65f4284fa32c0d4112dd93c3637697805866415b570587e4fd266af241503760'],
    ['v0', attributes('key1'), 'c12bb6f1303a9ddbf4576c52da74973c00d14c109bcfa76b708d5da1154a07fa'],
    ['v1', Buffer.alloc(0), EMPTY_SHA256],
  ] as const)('hashes the fields of %s (case %#)', (version, entries, hex) => {
    const sum = new TarSum(version);
    sum.update(entries);
    sum.update(END);
    expect(sum.digest()).toBe(hex);
  });

  it.each(COMPATIBILITY_CASES)('reads like the original: $rule', ({ archive, v0, v1 }) => {
    expect(sumOf('v0', [archive])).toBe(v0);
    expect(sumOf('v1', [archive])).toBe(v1);
    expect(sumOf('dev', [archive])).toBe(v1);
  });

  it('gives the same sum however the input is split', () => {
    const archives = [
      vector('46af-layer.tar'),
      vector('xattr-layer.tar'),
      ...COMPATIBILITY_CASES.map((c) => c.archive),
    ];
    const cuts = fc.array(fc.nat({ max: 12_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.constantFrom(...archives), cuts, (archive, positions) => {
        expect(sumOf('v0', split(archive, positions))).toBe(sumOf('v0', [archive]));
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same sum byte by byte', () => {
    for (const { archive, v1 } of COMPATIBILITY_CASES) {
      expect(sumOf('v1', split(archive, Array.from(archive.keys())))).toBe(v1);
    }
  });

  it('may be told the same chunk object with other bytes each time', () => {
    const archive = vector('46af-layer.tar');
    const sum = new TarSum('v1');
    const chunk = Buffer.alloc(100);
    for (let at = 0; at < archive.length; at += chunk.length) sum.update(chunk.subarray(0, archive.copy(chunk, 0, at)));
    expect(sum.digest()).toBe(sumOf('v1', [archive]));
  });

  it('takes a Uint8Array that is a part of a larger one', () => {
    const archive = vector('xattr-layer.tar');
    const sum = new TarSum('v1');
    sum.update(new Uint8Array([1, 2, 3, ...archive, 4]).subarray(3, -1));
    expect(sum.digest()).toBe(sumOf('v1', [archive]));
  });

  it('does not depend on the order of entries with different names', () => {
    const entries = ['a', 'b', 'c', 'd', 'e'].map((name) => tarEntry({ name }, name));
    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: 5 }), (shuffled) => {
        expect(sumOf('v1', [...shuffled, END])).toBe(sumOf('v1', [...entries, END]));
      }),
    );
  });

  it('can be asked for the sum and go on', () => {
    const first = tarEntry({ name: 'a' }, 'a');
    const second = tarEntry({ name: 'b' }, 'b');
    const sum = new TarSum('v1');
    sum.update(first);
    expect(sum.digest()).toBe(sumOf('v1', [first]));
    sum.update(second.subarray(0, 100));
    expect(() => sum.digest()).toThrow(MalformedArchiveError);
    sum.update(second.subarray(100));
    expect(sum.digest()).toBe(sumOf('v1', [first, second]));
    expect(sum.digest()).toBe(sumOf('v1', [first, second]));
  });

  it('keeps a failure for digest and ignores what follows', () => {
    const sum = new TarSum('v1');
    sum.update(Buffer.alloc(600, 1));
    sum.update(Buffer.alloc(600, 1));
    sum.update(tarEntry({ name: 'a' }));
    const failure = new MalformedArchiveError(0, 'the checksum of a header is wrong');
    expect(() => sum.digest()).toThrow(failure);
    expect(() => sum.digest()).toThrow(failure);
    expect(sum.length).toBe(1712);
  });
});

describe('createTarSum', () => {
  it.each(['tarsum+sha256', 'tarsum.v1+sha512', 'tarsum.dev+md5', 'tarsum.v1+sha384'])('computes %s', (algorithm) => {
    const sum = createTarSum(algorithm);
    const hash = algorithm.split('+')[1] as TarSumHash;
    expect(sum.algorithm).toBe(algorithm);
    expect(sum.digest()).toBe(createHash(hash).digest('hex'));
  });

  it('refuses what is not the algorithm of a tarsum', () => {
    expect(() => createTarSum('sha256')).toThrow('not a tarsum');
    expect(() => createTarSum('tarsum.v3+sha256')).toThrow('unknown tarsum version "tarsum.v3"');
  });
});

function sumOf(version: TarSumVersion, chunks: readonly Buffer[]): string {
  const sum = new TarSum(version);
  for (const chunk of chunks) sum.update(chunk);
  return sum.digest();
}

function split(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const cuts = [0, ...positions.toSorted((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

function vector(name: string): Buffer {
  return readFileSync(new URL(`../test/vectors/${name}`, import.meta.url));
}

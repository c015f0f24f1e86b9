import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readDescriptor } from './descriptor.js';
import { Digest } from './digest.js';
import type { Problem } from './member.js';

const DIGEST = Digest.of(Buffer.from('{}'));
const MINIMAL = { mediaType: 'application/vnd.oci.empty.v1+json', digest: `${DIGEST}`, size: 2 };

function read(value: unknown) {
  const problems: Problem[] = [];
  const descriptor = readDescriptor(value, 'config', problems);
  return { descriptor, problems, fields: problems.map(({ field }) => field) };
}

describe('readDescriptor', () => {
  it('reads what every descriptor has', () => {
    const { descriptor, problems } = read(MINIMAL);
    expect(problems).toEqual([]);
    expect(descriptor).toEqual({ ...MINIMAL, digest: DIGEST });
  });

  it('reads what a descriptor may have besides', () => {
    const more = {
      artifactType: 'application/vnd.example+type',
      annotations: { 'org.example': 'text' },
      platform: { os: 'linux', architecture: 'arm64' },
    };
    expect(read({ ...MINIMAL, ...more }).descriptor).toEqual({ ...MINIMAL, ...more, digest: DIGEST });
  });

  it.each([
    ['members that no specification names', { 'org.example': 1, more: null }],
    ['embedded data', { data: 'e30=' }],
    ['addresses', { urls: ['https://example.org/layer'] }],
    [
      'what clients in Go print for nothing',
      { urls: null, annotations: null, data: null, platform: null, artifactType: '' },
    ],
    ['a platform without an architecture', { platform: { os: 'linux' } }],
    ['a platform that is none', { platform: 'linux/amd64' }],
  ])('passes over %s', (_, more) => {
    const { descriptor, problems } = read({ ...MINIMAL, ...more });
    expect(problems).toEqual([]);
    expect(descriptor).toEqual({ ...MINIMAL, digest: DIGEST });
  });

  it('reads no more of a platform than its two parts', () => {
    const platform = { os: 'linux', architecture: 'arm', variant: 'v7', 'os.features': [] };
    expect(read({ ...MINIMAL, platform }).descriptor?.platform).toEqual({ os: 'linux', architecture: 'arm' });
  });

  it.each([[null], [undefined], ['text'], [0], [[]], [[MINIMAL]]])('refuses %j, which is no object', (value) => {
    expect(read(value)).toEqual({
      descriptor: undefined,
      problems: [{ field: 'config', rule: 'must be a descriptor: an object' }],
      fields: ['config'],
    });
  });

  it.each([[0], [1e3], [Number.MAX_SAFE_INTEGER]])('takes a size of %d', (size) => {
    expect(read({ ...MINIMAL, size }).descriptor?.size).toBe(size);
  });

  it('takes a size in any spelling of a whole number, for JSON has one type of numbers', () => {
    expect(read({ ...MINIMAL, size: JSON.parse('1.0e3') }).descriptor?.size).toBe(1000);
  });

  it.each([[-1], [0.5], [2 ** 53], [Number.POSITIVE_INFINITY], ['12'], [''], [null], [undefined], [[2]], [true]])(
    'refuses a size of %j',
    (size) => {
      expect(read({ ...MINIMAL, size }).problems).toEqual([
        { field: 'config.size', rule: 'must be a whole number of bytes, 0 to 9007199254740991' },
      ]);
    },
  );

  it.each([[''], ['text'], [null], [undefined], [0], [['a/b']], ['a/b\n']])(
    'refuses a media type of %j',
    (mediaType) => {
      expect(read({ ...MINIMAL, mediaType }).problems).toEqual([
        { field: 'config.mediaType', rule: 'must be a media type' },
      ]);
    },
  );

  it.each([[''], [`blake3:${DIGEST.encoded}`], [`${DIGEST}\n`], [DIGEST.encoded], [null], [undefined], [0], [{}]])(
    'refuses a digest of %j',
    (digest) => {
      expect(read({ ...MINIMAL, digest }).problems).toEqual([
        { field: 'config.digest', rule: 'must be a digest of a supported algorithm' },
      ]);
    },
  );

  it('takes a sha512 digest', () => {
    const digest = Digest.of(Buffer.from('{}'), 'sha512');
    expect(read({ ...MINIMAL, digest: `${digest}` }).descriptor?.digest).toEqual(digest);
  });

  it('reports every member that is wrong', () => {
    const { descriptor, fields } = read({
      mediaType: 1,
      digest: 2,
      size: '3',
      artifactType: 4,
      annotations: 5,
      Size: 6,
    });
    expect(descriptor).toBeUndefined();
    expect(new Set(fields)).toEqual(
      new Set(['digest', 'mediaType', 'size', 'artifactType', 'annotations', 'Size'].map((name) => `config.${name}`)),
    );
  });

  it.each(['Digest', 'SIZE', 'mediatype', '\u017fize', 'Annotations', 'URLs', 'Data', 'artifacttype', 'Platform'])(
    'refuses a member that is written %s',
    (name) => {
      expect(read({ ...MINIMAL, [name]: null })).toMatchObject({ descriptor: undefined, fields: [`config.${name}`] });
    },
  );

  it('is not misled by problems that were there before', () => {
    const problems: Problem[] = [{ field: 'layers[0]', rule: 'any' }];
    expect(readDescriptor(MINIMAL, 'layers[1]', problems)).toEqual({ ...MINIMAL, digest: DIGEST });
    expect(problems).toHaveLength(1);
  });

  it('gives a descriptor or problems, never both, for any value', () => {
    const anything = fc.anything();
    const members = fc.record(
      {
        mediaType: fc.oneof(fc.constant(MINIMAL.mediaType), anything),
        digest: fc.oneof(fc.constant(MINIMAL.digest), anything),
        size: fc.oneof(fc.nat(), anything),
        artifactType: anything,
        annotations: fc.oneof(fc.dictionary(fc.string(), fc.string()), anything),
        platform: anything,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(anything, members), (value) => {
        const { descriptor, problems } = read(value);
        expect(descriptor === undefined).toBe(problems.length > 0);
      }),
      { numRuns: 500 },
    );
  });
});

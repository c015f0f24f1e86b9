import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HASH_PARAMETERS, type HashAlgorithm } from './hash-algorithm.js';
import { decodeMidState, encodeMidState } from './mid-state.js';

const SHA256_INITIAL = '6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19';
const SHA256_OF_64_A = 'df5bb81ce81e0626fb45a8944fd40f31b25e6816d6d499c1ab90492900635e66';
const SHA512_INITIAL =
  '6a09e667f3bcc908bb67ae8584caa73b3c6ef372fe94f82ba54ff53a5f1d36f1' +
  '510e527fade682d19b05688c2b3e6c1f1f83d9abfb41bd6b5be0cd19137e2179';
const SHA512_OF_128_A =
  '03bf7c6e55c11b040d48757f45285fdced46689bfc9026c0281701a1424c80f5' +
  'ca31738befe6afee30f5fe8d4e41e2489379d57c74895af44b1e84ebc1bab8b0';

/** States that Go's crypto/sha256 and crypto/sha512 wrote: what was hashed, the words, and the length in hexadecimal. */
const WRITTEN_BY_GO: [HashAlgorithm, string, string, string][] = [
  ['sha256', '', SHA256_INITIAL, '00'],
  ['sha256', 'abc', SHA256_INITIAL, '03'],
  ['sha256', 'a'.repeat(64), SHA256_OF_64_A, '40'],
  ['sha256', 'a'.repeat(100), SHA256_OF_64_A, '64'],
  ['sha512', '', SHA512_INITIAL, '00'],
  ['sha512', 'abc', SHA512_INITIAL, '03'],
  ['sha512', 'a'.repeat(128), SHA512_OF_128_A, '80'],
  ['sha512', 'a'.repeat(200), SHA512_OF_128_A, 'c8'],
];

function written([algorithm, content, words, length]: (typeof WRITTEN_BY_GO)[number]) {
  const { blockBytes } = HASH_PARAMETERS[algorithm];
  const pending = Buffer.from(content.slice(content.length - (content.length % blockBytes)));
  const prefix = algorithm === 'sha256' ? '73686103' : '73686107';
  const block = pending.toString('hex').padEnd(2 * blockBytes, '0');
  return {
    bytes: Buffer.from(prefix + words + block + length.padStart(16, '0'), 'hex'),
    state: { words: Buffer.from(words, 'hex'), pending, length: content.length },
  };
}

const VECTORS = WRITTEN_BY_GO.map((vector) => [vector[0], vector[1].length, written(vector)] as const);

const algorithms = fc.constantFrom<HashAlgorithm>('sha256', 'sha512');

function stateOf(algorithm: HashAlgorithm) {
  const { wordBytes, blockBytes } = HASH_PARAMETERS[algorithm];
  return fc
    .record({
      words: fc.uint8Array({ minLength: 8 * wordBytes, maxLength: 8 * wordBytes }),
      length: fc.integer({ min: blockBytes, max: Number.MAX_SAFE_INTEGER }),
      block: fc.uint8Array({ minLength: blockBytes, maxLength: blockBytes }),
    })
    .map(({ words, length, block }) => ({ words, length, pending: block.subarray(0, length % blockBytes) }));
}

describe('the form of Go', () => {
  it.each(VECTORS)('is written as Go writes it: %s of %i bytes', (algorithm, _, { bytes, state }) => {
    expect(encodeMidState(algorithm, state).toString('hex')).toBe(bytes.toString('hex'));
  });

  it.each(VECTORS)('is read as Go wrote it: %s of %i bytes', (algorithm, _, { bytes, state }) => {
    expect(decodeMidState(algorithm, bytes)).toEqual(state);
  });

  it('has 108 bytes for sha256 and 204 for sha512', () => {
    expect(written(['sha256', 'abc', SHA256_INITIAL, '03']).bytes).toHaveLength(108);
    expect(written(['sha512', 'abc', SHA512_INITIAL, '03']).bytes).toHaveLength(204);
  });

  it('keeps every state', () => {
    fc.assert(
      fc.property(
        algorithms.chain((algorithm) => fc.tuple(fc.constant(algorithm), stateOf(algorithm))),
        ([algorithm, state]) => {
          const read = decodeMidState(algorithm, encodeMidState(algorithm, state));
          expect(read && { ...read, words: [...read.words], pending: [...read.pending] }).toEqual({
            ...state,
            words: [...state.words],
            pending: [...state.pending],
          });
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('bytes that cannot be a state', () => {
  const { bytes: sha256 } = written(['sha256', 'a'.repeat(100), SHA256_OF_64_A, '64']);
  const { bytes: sha512 } = written(['sha512', 'a'.repeat(200), SHA512_OF_128_A, 'c8']);
  const changed = (source: Buffer, at: number, value: number) => {
    const copy = Buffer.from(source);
    copy[at] = value;
    return copy;
  };

  it.each<[string, HashAlgorithm, Uint8Array]>([
    ['nothing', 'sha256', new Uint8Array()],
    ['a state cut short', 'sha256', sha256.subarray(0, 107)],
    ['a state with a byte too many', 'sha256', Buffer.concat([sha256, Buffer.alloc(1)])],
    ['a state of another algorithm', 'sha512', sha256],
    ['a longer state of another algorithm', 'sha256', sha512],
    ['the prefix of sha224', 'sha256', changed(sha256, 3, 2)],
    ['the prefix of sha384', 'sha512', changed(sha512, 3, 4)],
    ['the prefix of another algorithm', 'sha256', changed(sha256, 3, 7)],
    ['zeros', 'sha256', new Uint8Array(108)],
    ['a pending byte past the length', 'sha256', changed(sha256, 36 + 36, 1)],
    ['a pending byte at the end of the block', 'sha512', changed(sha512, 68 + 127, 1)],
    ['a length that is not exact in a number', 'sha256', changed(sha256, 101, 0x20)],
    ['a length of more than 64 bits of bits', 'sha256', changed(sha256, 100, 0xff)],
    ['words of a full block with a length below one', 'sha256', changed(sha256, 107, 36)],
    ['no words', 'sha256', Buffer.concat([Buffer.from('73686103', 'hex'), Buffer.alloc(104)])],
  ])('%s is refused', (_, algorithm, bytes) => {
    expect(decodeMidState(algorithm, bytes)).toBeNull();
  });

  it('never throw, whatever they are', () => {
    const nearly = algorithms.chain((algorithm) =>
      fc.tuple(
        fc.constant(algorithm),
        fc
          .uint8Array({ minLength: 100, maxLength: 210 })
          .map((tail) => Buffer.concat([Buffer.from(algorithm === 'sha256' ? 'sha\x03' : 'sha\x07'), tail])),
      ),
    );
    fc.assert(
      fc.property(fc.oneof(nearly, fc.tuple(algorithms, fc.uint8Array({ maxLength: 300 }))), ([algorithm, bytes]) => {
        const state = decodeMidState(algorithm, bytes);
        expect(state === null || encodeMidState(algorithm, state).equals(bytes)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('leave what was read untouched when they change afterwards', () => {
    const bytes = Buffer.from(sha256);
    const state = decodeMidState('sha256', bytes);
    bytes.fill(0);
    expect(Buffer.from(state?.words ?? []).toString('hex')).toBe(SHA256_OF_64_A);
  });
});

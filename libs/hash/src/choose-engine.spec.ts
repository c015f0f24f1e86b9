import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chooseEngine } from './choose-engine.js';
import type { HashAlgorithm } from './hash-algorithm.js';
import { nodeEngine } from './node-engine.js';
import { loadOpenSslFunctions, type OpenSslFunctions } from './openssl-functions.js';

const real = loadOpenSslFunctions();

/** The byte right behind `bytes` in the same memory, if there is one. */
function writeBehind(bytes: Uint8Array): void {
  const end = bytes.byteOffset + bytes.byteLength;
  if (end < bytes.buffer.byteLength) new Uint8Array(bytes.buffer)[end] = 0;
}

const FAULTS: [string, Partial<OpenSslFunctions>][] = [
  [
    'writes behind the structure',
    {
      update(algorithm, context, chunk) {
        real.update(algorithm, context, chunk);
        writeBehind(context);
      },
    },
  ],
  [
    'writes behind the digest',
    {
      final(algorithm, context, digest) {
        real.final(algorithm, context, digest);
        writeBehind(digest);
      },
    },
  ],
  [
    'starts from other words',
    {
      init(algorithm, context) {
        real.init(algorithm, context);
        context[0] = 0;
      },
    },
  ],
  [
    'keeps its words in another order',
    {
      init(algorithm, context) {
        real.init(algorithm, context);
        context.subarray(0, 4).reverse();
      },
    },
  ],
  [
    'gives wrong hashes of more than a block',
    {
      update(algorithm, context, chunk) {
        real.update(algorithm, context, chunk.subarray(0, 100));
      },
    },
  ],
  [
    'gives a wrong hash for one algorithm only',
    {
      final(algorithm, context, digest) {
        real.final(algorithm, context, digest);
        if (algorithm === 'sha512') digest[63] = 0;
      },
    },
  ],
  [
    'refuses to hash',
    {
      update() {
        throw new Error('refused');
      },
    },
  ],
];

describe('the choice of an engine', () => {
  it('takes OpenSSL where it works', () => {
    expect(chooseEngine().resumable).toBe(true);
  });

  it('falls back to node:crypto where the functions are missing', () => {
    const missing = () => {
      throw new Error('cannot find SHA256_Init');
    };
    expect(chooseEngine(missing)).toBe(nodeEngine);
  });

  it.each(FAULTS)('falls back to node:crypto where OpenSSL %s', (_, fault) => {
    expect(chooseEngine(() => ({ ...real, ...fault }))).toBe(nodeEngine);
  });
});

describe.each<[string, () => ReturnType<typeof chooseEngine>]>([
  ['OpenSSL', () => chooseEngine()],
  ['node:crypto', () => nodeEngine],
])('the engine on %s', (_, choose) => {
  const engine = choose();

  it('hashes chunks of any size as one', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<HashAlgorithm>('sha256', 'sha512'),
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }),
        (algorithm, chunks) => {
          const hash = engine.create(algorithm);
          const reference = createHash(algorithm);
          for (const chunk of chunks) {
            hash.update(chunk);
            reference.update(chunk);
            expect(hash.digest()).toBe(reference.copy().digest('hex'));
          }
          expect(hash.algorithm).toBe(algorithm);
          expect(hash.length).toBe(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
          expect(hash.digest()).toBe(reference.digest('hex'));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('the engine on node:crypto', () => {
  it('neither saves nor restores', () => {
    const state = chooseEngine().create('sha256').save();
    expect(nodeEngine.create('sha256').save()).toBeNull();
    expect(nodeEngine.restore('sha256', state ?? Buffer.alloc(0))).toBeNull();
  });
});

import { spawnSync } from 'node:child_process';
import { createHash as nodeHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { collectGarbage } from '../../../test/support/garbage.js';
import {
  createHash,
  type HashAlgorithm,
  isHashAlgorithm,
  isResumable,
  type ResumableHash,
  restoreHash,
} from './index.js';

const ALGORITHMS: readonly HashAlgorithm[] = ['sha256', 'sha512'];
const expected = (algorithm: HashAlgorithm, content: Uint8Array) => nodeHash(algorithm).update(content).digest('hex');

/** What `hash` saves, taken up by a new one. */
function resumed(hash: ResumableHash): ResumableHash {
  const state = hash.save();
  const copy = state && restoreHash(hash.algorithm, state);
  if (!copy) throw new Error('nothing was saved or restored');
  return copy;
}

describe('a hash', () => {
  it('is resumable on the platforms that we test on', () => {
    expect(isResumable()).toBe(true);
  });

  it.each(ALGORITHMS)('goes on from any split to the right digest (%s)', (algorithm) => {
    const content = randomBytes(400);
    for (let split = 0; split <= content.length; split++) {
      const first = createHash(algorithm);
      first.update(content.subarray(0, split));
      const second = resumed(first);
      expect(second.length).toBe(split);
      second.update(content.subarray(split));
      expect(second.digest()).toBe(expected(algorithm, content));
    }
  });

  it('may be saved and restored between any chunks', () => {
    const chunks = fc.array(fc.record({ chunk: fc.uint8Array({ maxLength: 400 }), resume: fc.boolean() }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.constantFrom(...ALGORITHMS), chunks, (algorithm, steps) => {
        let hash = createHash(algorithm);
        for (const { chunk, resume } of steps) {
          hash.update(chunk);
          if (resume) hash = resumed(hash);
        }
        const content = Buffer.concat(steps.map(({ chunk }) => chunk));
        expect(hash.length).toBe(content.length);
        expect(hash.digest()).toBe(expected(algorithm, content));
      }),
      { numRuns: 4000 },
    );
  });

  it.each(ALGORITHMS)('is not disturbed by digest and save (%s)', (algorithm) => {
    const content = randomBytes(1000);
    const hash = createHash(algorithm);
    for (let offset = 0; offset < content.length; offset += 50) {
      hash.update(content.subarray(offset, offset + 50));
      expect(hash.digest()).toBe(hash.digest());
      expect(hash.save()).toEqual(hash.save());
    }
    expect(hash.digest()).toBe(expected(algorithm, content));
  });

  it('shares nothing with the one it was restored from', () => {
    const first = createHash('sha256');
    first.update(Buffer.from('abc'));
    const second = resumed(first);
    second.update(Buffer.from('def'));
    expect(first.digest()).toBe(expected('sha256', Buffer.from('abc')));
    expect(second.digest()).toBe(expected('sha256', Buffer.from('abcdef')));
  });

  it('takes views into larger, shared and growing memory, empty ones too', () => {
    const memory = randomBytes(1000);
    const shared = new Uint8Array(new SharedArrayBuffer(300)).fill(7);
    const growing = new Uint8Array(new ArrayBuffer(50, { maxByteLength: 100 })).fill(9);
    const chunks = [memory.subarray(3, 703), memory.subarray(1000), shared.subarray(1), growing, new Uint8Array(0)];
    for (const algorithm of ALGORITHMS) {
      const hash = createHash(algorithm);
      for (const chunk of chunks) hash.update(chunk);
      expect(hash.digest()).toBe(expected(algorithm, Buffer.concat(chunks)));
    }
  });

  it.each(ALGORITHMS)('counts bits beyond 32 bits as OpenSSL does (%s)', (algorithm) => {
    const state = createHash(algorithm).save() ?? Buffer.alloc(0);
    state.writeBigUInt64BE(2n ** 29n - 128n, state.length - 8);
    const hash = restoreHash(algorithm, state);
    hash?.update(randomBytes(200));
    expect(hash?.length).toBe(2 ** 29 + 72);
    expect(hash && resumed(hash).digest()).toBe(hash?.digest());
  });

  it('survives garbage collections between its calls', () => {
    const hashes = Array.from({ length: 20 }, (_, index) => createHash(index % 2 ? 'sha256' : 'sha512'));
    const references = hashes.map((hash) => nodeHash(hash.algorithm));
    for (let round = 0; round < 10; round++) {
      for (const [index, hash] of hashes.entries()) {
        const chunk = randomBytes(1 + index * 17 * round);
        references[index]?.update(chunk);
        hash.update(chunk);
        if ((index + round) % 3 === 0) hashes[index] = resumed(hash);
      }
      collectGarbage();
    }
    expect(hashes.map((hash) => hash.digest())).toEqual(references.map((reference) => reference.digest('hex')));
  });
});

describe('a hash that works aside', () => {
  it.each(ALGORITHMS)('goes on where it stood, with chunks of any size (%s)', async (algorithm) => {
    const content = randomBytes(2_000_000);
    const hash = createHash(algorithm);
    for (const [start, end] of [
      [0, 10],
      [10, 600_000],
      [600_000, 600_000],
      [600_000, 600_100],
    ] as const) {
      await hash.updateAside(content.subarray(start, end));
      expect(hash.length).toBe(end);
    }
    const second = resumed(hash);
    await second.updateAside(content.subarray(600_100));
    expect(second.digest()).toBe(expected(algorithm, content));
  });

  it('is right among hundreds of others, while garbage is collected', async () => {
    const contents = Array.from({ length: 8 }, () => randomBytes(300_000));
    const digests = contents.map((content) => expected('sha256', Buffer.concat([content, content])));
    const work = Array.from({ length: 400 }, async (_, index) => {
      const hash = createHash('sha256');
      // Nobody else has these chunks.
      for (let time = 0; time < 2; time++) await hash.updateAside(Uint8Array.from(contents[index % 8] ?? []));
      return hash.digest();
    });
    for (let time = 0; time < 20; time++) {
      collectGarbage();
      await new Promise(setImmediate);
    }
    const results = await Promise.all(work);
    expect(results.every((digest, index) => digest === digests[index % 8])).toBe(true);
  });
});

describe('a state', () => {
  it.each(ALGORITHMS)('is taken up in another process (%s)', (algorithm) => {
    const content = randomBytes(1500);
    const first = createHash(algorithm);
    first.update(content.subarray(0, 500));

    const second = inAnotherProcess(algorithm, first.save(), content.subarray(500, 1000));
    expect(second.digest).toBe(expected(algorithm, content.subarray(0, 1000)));

    const third = restoreHash(algorithm, second.state);
    third?.update(content.subarray(1000));
    expect(third?.digest()).toBe(expected(algorithm, content));
  });

  it('of one algorithm is refused by another', () => {
    const states = ALGORITHMS.map((algorithm) => createHash(algorithm).save() ?? Buffer.alloc(0));
    expect(states.map((state) => restoreHash('sha256', state) !== null)).toEqual([true, false]);
    expect(states.map((state) => restoreHash('sha512', state) !== null)).toEqual([false, true]);
  });

  it('that cannot be one is refused, and never harms', () => {
    const hash = createHash('sha256');
    hash.update(randomBytes(100));
    const state = hash.save() ?? Buffer.alloc(0);
    fc.assert(
      fc.property(fc.nat({ max: 120 }), fc.nat({ max: 107 }), fc.integer({ min: 1, max: 255 }), (size, at, flip) => {
        expect(restoreHash('sha256', Buffer.alloc(size, state)) !== null).toBe(size === state.length);
        const damaged = Buffer.from(state);
        damaged[at] = damaged.readUInt8(at) ^ flip;
        const restored = restoreHash('sha256', damaged);
        // Of a damaged state only its words, its 36 pending bytes and its length can go unnoticed.
        if (at < 4 || (at >= 72 && at < 100)) expect(restored).toBeNull();
        restored?.update(state);
        if (restored) expect(restored.digest()).toMatch(/^[0-9a-f]{64}$/);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the name of an algorithm', () => {
  it('is told from any other text', () => {
    expect(['sha256', 'sha512'].every(isHashAlgorithm)).toBe(true);
    expect(['sha384', 'SHA256', '', 'toString', '__proto__'].some(isHashAlgorithm)).toBe(false);
  });
});

/** Node strips the types of our sources itself, but looks for `x.js` where they say so. */
const CONTINUE = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      const ours = specifier.startsWith('./') && context.parentURL?.includes('/libs/hash/src/');
      return next(ours ? specifier.replace(/\\.js$/, '.ts') : specifier, context);
    },
  });
  const { restoreHash } = await import('#libs/hash');
  const [algorithm, state, chunk] = process.argv.slice(1);
  const hash = restoreHash(algorithm, Buffer.from(state, 'hex'));
  hash.update(Buffer.from(chunk, 'hex'));
  console.log(JSON.stringify({ state: hash.save().toString('hex'), digest: hash.digest() }));
`;

function inAnotherProcess(algorithm: HashAlgorithm, state: Buffer | null, chunk: Buffer) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--conditions=source',
      '--input-type=module',
      '--eval',
      CONTINUE,
      algorithm,
      `${state?.toString('hex')}`,
      chunk.toString('hex'),
    ],
    { cwd: join(import.meta.dirname, '../../..'), encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  const result: { state: string; digest: string } = JSON.parse(stdout);
  return { state: Buffer.from(result.state, 'hex'), digest: result.digest };
}

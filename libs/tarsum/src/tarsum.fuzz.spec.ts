import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COMPATIBILITY_CASES } from '../test/compatibility-cases.js';
import { withChecksum } from '../test/tar-builder.js';
import { MalformedArchiveError, TarSum } from './index.js';

const BLOCK_SIZE = 512;

/** A change of an archive: a byte at a place, with the checksum of its block mended or not. */
const change = fc.record({
  at: fc.nat({ max: 8191 }),
  byte: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...Buffer.from('\0 0789=\n-\x80\xffxgLKS'))),
  mend: fc.boolean(),
});

describe('TarSum', () => {
  it('gives a sum or a typed error for any change of an archive', () => {
    const outcomes = { sum: 0, error: 0 };
    const archive = fc.constantFrom(...COMPATIBILITY_CASES.map((one) => one.archive));
    fc.assert(
      fc.property(
        archive,
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.nat({ max: 8192 }),
        (of, changes, end) => {
          const changed = changes.reduce(apply, Buffer.from(of)).subarray(0, end < 4096 ? of.length : end);
          outcomes[outcomeOf(changed)]++;
        },
      ),
      { numRuns: 5000 },
    );
    // The test would say nothing if all archives ended up on one side.
    expect(outcomes.sum).toBeGreaterThan(250);
    expect(outcomes.error).toBeGreaterThan(250);
  });

  it('gives a sum or a typed error for any content of PAX records', () => {
    const token = fc.constantFrom(
      '1',
      '6',
      '9',
      '10',
      '12',
      ' ',
      '=',
      '\n',
      '\0',
      'path',
      'size',
      'uid',
      'x',
      '-',
      '7 a=b\n',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), fc.nat({ max: 3 }), (tokens, cut) => {
        const content = Buffer.from(tokens.join(''), 'latin1');
        const header = Buffer.alloc(BLOCK_SIZE);
        header.write(`${Math.max(0, content.length - cut).toString(8)}`, 124);
        header.write('x', 156);
        const file = Buffer.alloc(BLOCK_SIZE);
        file.write('f');
        const padding = Buffer.alloc(-content.length & (BLOCK_SIZE - 1));
        outcomeOf(Buffer.concat([withChecksum(header), content, padding, withChecksum(file)]));
      }),
      { numRuns: 5000 },
    );
  });

  it('gives a sum or a typed error for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        outcomeOf(Buffer.from(bytes));
      }),
    );
  });
});

function apply(archive: Buffer, { at, byte, mend }: { at: number; byte: number; mend: boolean }): Buffer {
  if (at >= archive.length) return archive;
  archive[at] = byte;
  const block = Math.floor(at / BLOCK_SIZE) * BLOCK_SIZE;
  if (mend) withChecksum(archive.subarray(block, block + BLOCK_SIZE));
  return archive;
}

function outcomeOf(archive: Buffer): 'sum' | 'error' {
  const sum = new TarSum('v0');
  sum.update(archive);
  try {
    expect(sum.digest()).toMatch(/^[0-9a-f]{64}$/);
    return 'sum';
  } catch (error) {
    if (!(error instanceof MalformedArchiveError)) throw error;
    expect(error.offset).toBeLessThanOrEqual(archive.length);
    return 'error';
  }
}

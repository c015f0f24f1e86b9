import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseByteSize } from './byte-size.js';

describe('parseByteSize', () => {
  it.each([
    ['0', 0],
    ['4194304', 4_194_304],
    ['1KiB', 1_024],
    ['4MiB', 4_194_304],
    ['2GiB', 2_147_483_648],
  ])('reads %s as %d bytes', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  it.each(['', 'MiB', '-1', '4.5MiB', '4 MiB', '4MiB\n', '4mib', '4MB', '4M', '4TiB', '0x10', '9007199254740992'])(
    'refuses %j',
    (text) => {
      expect(parseByteSize(text)).toBeUndefined();
    },
  );

  it('multiplies a whole number by its unit, whatever the number', () => {
    const units = fc.constantFrom(['', 1] as const, ['KiB', 1_024] as const, ['MiB', 1_048_576] as const);
    fc.assert(
      fc.property(fc.nat(), units, (count, [unit, factor]) => {
        expect(parseByteSize(`${count}${unit}`)).toBe(count * factor);
      }),
    );
  });

  it('gives a safe whole number or nothing for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d+([KMG]iB)?$/)), (text) => {
        const bytes = parseByteSize(text);
        expect(bytes === undefined || Number.isSafeInteger(bytes)).toBe(true);
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, parseDuration } from './duration.js';

describe('parseDuration', () => {
  it.each([
    ['0s', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
  ])('reads %s as %d milliseconds', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    '',
    '30',
    's',
    '-1s',
    '+1s',
    '1.5h',
    '1 s',
    ' 1s',
    '1s\n',
    '1S',
    '1d',
    '1h30m',
    '1e3s',
    '9007199254740992ms',
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('multiplies a whole number by its unit, whatever the number', () => {
    const units = fc.constantFrom(['ms', 1] as const, ['s', 1_000] as const, ['m', 60_000] as const);
    fc.assert(
      fc.property(fc.nat(), units, (count, [unit, factor]) => {
        expect(parseDuration(`${count}${unit}`)).toBe(count * factor);
      }),
    );
  });

  it('gives a safe whole number or nothing for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d+(ms|s|m|h)$/)), (text) => {
        const milliseconds = parseDuration(text);
        expect(milliseconds === undefined || Number.isSafeInteger(milliseconds)).toBe(true);
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0ms'],
    [1, '1ms'],
    [1_500, '1500ms'],
    [30_000, '30s'],
    [120_000, '2m'],
    [3_600_000, '1h'],
    [2 ** 31 - 1, '596h'],
  ])('writes %d milliseconds as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

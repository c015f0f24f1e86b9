import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sizeOf, sliceOf } from './segments.js';

describe('sliceOf', () => {
  it('is the slice of the whole, without empty segments', () => {
    const segments = fc.array(fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)));
    fc.assert(
      fc.property(segments, fc.nat(40), fc.nat(40), (given, start, end) => {
        const whole = Buffer.concat([...given]);
        const slice = sliceOf(given, start, end);
        expect(sizeOf(given)).toBe(whole.length);
        expect(Buffer.concat([...slice]).equals(whole.subarray(start, Math.max(start, end)))).toBe(true);
        expect(slice.every((segment) => segment.length > 0)).toBe(true);
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { parseContentRange } from './content-range.js';

describe('parseContentRange', () => {
  it.each([
    ['0-0', 0, 0],
    ['0-1023', 0, 1023],
    ['1024-2047', 1024, 2047],
    ['007-08', 7, 8],
    ['0-999999999999999', 0, 999_999_999_999_999],
    ['bytes 0-1023/2048', 0, 1023],
    ['bytes 0-1023/1024', 0, 1023],
    ['bytes 0-1023/*', 0, 1023],
    ['bytes 0-1023', 0, 1023],
    ['bytes=0-1023', 0, 1023],
    ['Bytes 0-1023/*', 0, 1023],
  ])('reads %s', (text, start, end) => {
    expect(parseContentRange(text)).toEqual({ start, end });
  });

  it.each([
    ['nothing', ''],
    ['no end', '0-'],
    ['no start', '-5'],
    ['no dash', '5'],
    ['an end before its start', '5-4'],
    ['an end behind the whole', 'bytes 0-1023/1023'],
    ['a length but no range', 'bytes */1024'],
    ['two ranges', '0-1,3-4'],
    ['another unit', 'items 0-1'],
    ['no number', 'a-b'],
    ['a fraction', '0-1.5'],
    ['an exponent', '0-1e3'],
    ['a hexadecimal number', '0x0-0x1'],
    ['a negative start', '-1-5'],
    ['spaces', '0 - 5'],
    ['a line feed at the end', '0-5\n'],
    ['digits of another script', '\u0660-\u0661'],
    ['a number of sixteen digits, which a double may round', '0-9007199254740993'],
    ['a start of sixteen digits', '0000000000000000-1'],
    ['a number without end', `0-${'9'.repeat(10_000)}`],
  ])('refuses %s with 416', (_, text) => {
    expect(() => parseContentRange(text)).toThrow(
      expect.objectContaining({
        code: 'BLOB_UPLOAD_INVALID',
        status: 416,
        detail: expect.objectContaining({ contentRange: text }),
      }),
    );
  });
});

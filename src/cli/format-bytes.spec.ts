import { describe, expect, it } from '@jest/globals';
import { formatBytes } from './format-bytes.js';

describe('a size', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [1024 * 1024 - 1, '1.0 MiB'],
    [1.5 * 1024 ** 4, '1.5 TiB'],
    [2048 * 1024 ** 5, '2048.0 PiB'],
  ])('of %d bytes is printed as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

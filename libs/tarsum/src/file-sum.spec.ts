import { describe, expect, it } from '@jest/globals';
import { fileSumName } from './file-sum.js';

describe('fileSumName', () => {
  it.each([
    ['a', 'a'],
    ['./a', 'a'],
    ['a/', 'a'],
    ['./a/', 'a'],
    ['././a//', './a/'],
    ['../a', '../a'],
    ['/a', '/a'],
    ['.', '.'],
    ['./', ''],
    ['/', ''],
    ['.//', ''],
    ['', ''],
    ['caf\xe9', 'caf\xe9'],
  ])('takes one ./ in front and one slash at the end from %j', (name, rest) => {
    expect(fileSumName(name)).toBe(rest);
  });

  it('is short for a long name, and the same for the same name only', () => {
    const name = 'n'.repeat(1000);
    expect(fileSumName(name)).toHaveLength(128);
    expect(fileSumName(`./${name}/`)).toBe(fileSumName(name));
    expect(fileSumName(`${name}n`)).not.toBe(fileSumName(name));
    expect(fileSumName('n'.repeat(128))).not.toBe('n'.repeat(128));
    expect(fileSumName('n'.repeat(127))).toBe('n'.repeat(127));
  });
});

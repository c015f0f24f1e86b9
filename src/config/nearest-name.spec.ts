import { describe, expect, it } from '@jest/globals';
import { nearestName } from './nearest-name.js';

const NAMES = ['host', 'port', 'idleTimeout', 'headersTimeout'];

describe('nearestName', () => {
  it.each([
    ['prt', 'port'],
    ['hosts', 'host'],
    ['IDLE_TIME-OUT', 'idleTimeout'],
    ['headerTimeout', 'headersTimeout'],
  ])('takes %s for %s', (name, expected) => {
    expect(nearestName(name, NAMES)).toBe(expected);
  });

  it.each(['password', 'x', 'idle'])('finds nothing like %s', (name) => {
    expect(nearestName(name, NAMES)).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import { PeerCheck } from './peer-check.js';

describe('PeerCheck', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])('takes %s for this machine', (address) => {
    expect(new PeerCheck(true).admits(address)).toBe(true);
  });

  it.each(['10.0.0.1', '0.0.0.0', '::', 'fe80::1%eth0', '::ffff:10.0.0.1', '', 'localhost', undefined])(
    'takes %s for another',
    (address) => {
      const check = new PeerCheck(true);
      expect([check.admits(address), check.admits(address)]).toEqual([false, false]);
      expect(new PeerCheck(false).admits(address)).toBe(true);
    },
  );
});

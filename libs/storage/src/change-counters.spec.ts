import { describe, expect, it } from '@jest/globals';
import { describeChangeCounters } from './change-counters.contract.js';
import { CHANGE_COUNTERS, CHANGE_SLOTS, ChangeCounters } from './change-counters.js';
import { loadMemoryStorage } from './load-storage.js';

describeChangeCounters('the counters of a storage in memory', async () => {
  const { changes } = await loadMemoryStorage();
  if (!changes) throw new Error('a storage in memory has counters');
  return { one: changes, other: changes };
});

describe('ChangeCounters', () => {
  it('goes on after the largest number', () => {
    const counters = new ChangeCounters(new Int32Array(CHANGE_COUNTERS).fill(2 ** 31 - 1));
    const before = counters.at(counters.slotOf('key'));
    counters.bump('key');
    const after = counters.at(counters.slotOf('key'));
    counters.bumpAll();
    expect(new Set([before, after, counters.at(counters.slotOf('key'))]).size).toBe(3);
  });

  it('finds each key in the slot of its FNV-1a hash, as every other version does on the same file', () => {
    const counters = new ChangeCounters(new Int32Array(CHANGE_COUNTERS));
    const slots = ['', 'a', 'foobar'].map((key) => counters.slotOf(key));
    expect(CHANGE_SLOTS).toBe(16_384);
    expect(slots).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968].map((hash) => hash % CHANGE_SLOTS));
  });
});

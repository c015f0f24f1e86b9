import { describe, expect, it } from '@jest/globals';
import { FailureMeter } from './failure-meter.js';

/** Fails as often as it may, as soon as it may, and gives how long it had to wait after each time. */
function delays(meter: FailureMeter, times: number): number[] {
  let now = 0;
  return Array.from({ length: times }, () => {
    meter.fail('a', now);
    const wait = meter.waitFor('a', now);
    now += wait;
    return wait;
  });
}

describe('FailureMeter', () => {
  it('lets wait twice as long each time, once the first failures are used up', () => {
    expect(delays(new FailureMeter(5, 60_000), 9)).toEqual([0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000]);
  });

  it('lets nobody wait for longer than the longest delay, and somebody who goes on for hardly less', () => {
    const waits = delays(new FailureMeter(5, 60_000), 100);
    expect(Math.max(...waits)).toBe(60_000);
    const hour = waits.slice(-60).reduce((sum, wait) => sum + wait, 0);
    expect(hour).toBeGreaterThan(60 * 30_000);
  });

  it('forgets as time goes by, or when told to', () => {
    const meter = new FailureMeter(5, 60_000);
    for (let time = 0; time < 8; time++) meter.fail('a', 0);
    expect(meter.waitFor('a', 0)).toBe(8_000);
    expect(meter.waitFor('a', 8_000)).toBe(0);
    meter.fail('a', 600_000);
    expect(meter.waitFor('a', 600_000)).toBe(0);
    for (let time = 0; time < 8; time++) meter.fail('a', 600_000);
    meter.forget('a');
    expect(meter.waitFor('a', 600_000)).toBe(0);
  });

  it('keeps a bounded number of keys, however long they are', () => {
    const meter = new FailureMeter(1, 60_000);
    meter.fail('first', 0);
    for (let index = 0; index < 2_000; index++) meter.fail(`${index}${'x'.repeat(16_384)}`, 0);
    expect(meter.waitFor('first', 0)).toBe(0);
    expect(meter.waitFor(`1999${'x'.repeat(16_384)}`, 0)).toBe(1_000);
  });
});

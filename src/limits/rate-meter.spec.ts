import { describe, expect, it } from '@jest/globals';
import { RateMeter } from './rate-meter.js';

const WINDOW = 60_000;

/** Takes as many as fit at that time. */
function take(meter: RateMeter, client: string, now: number): number {
  let taken = 0;
  for (; meter.waitFor(client, 1, now) === 0; taken++) meter.add(client, 1, now);
  return taken;
}

describe('RateMeter', () => {
  it('lets as many through at once as the limit says, and then as time goes by', () => {
    const meter = new RateMeter(60, WINDOW);
    expect(take(meter, 'a', 0)).toBe(60);
    expect(meter.waitFor('a', 1, 0)).toBe(1_000);
    expect(take(meter, 'a', 999)).toBe(0);
    expect(take(meter, 'a', 1_000)).toBe(1);
    expect(take(meter, 'a', 31_000)).toBe(30);
    expect(take(meter, 'a', 10 * WINDOW)).toBe(60);
  });

  it('counts each client for itself', () => {
    const meter = new RateMeter(3, WINDOW);
    expect([take(meter, 'a', 0), take(meter, 'b', 0)]).toEqual([3, 3]);
  });

  it('lets nobody wait for longer than one window, however much was used', () => {
    const meter = new RateMeter(100, WINDOW);
    meter.add('a', 1_000_000, 0);
    expect(meter.waitFor('a', 1, 0)).toBeLessThanOrEqual(WINDOW + WINDOW / 100);
    expect(meter.waitFor('a', 0, WINDOW)).toBe(0);
  });

  it('lets what is larger than the limit through once there was nothing for a window', () => {
    const meter = new RateMeter(10, WINDOW);
    expect(meter.waitFor('a', 1_000, 0)).toBe(0);
    meter.add('a', 1, 0);
    expect(meter.waitFor('a', 1_000, 0)).toBe(WINDOW / 10);
  });
});

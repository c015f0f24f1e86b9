import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { VerificationQueue } from './verification-queue.js';

describe('VerificationQueue', () => {
  it('runs as many at a time as it is told, in their order, and all of them', async () => {
    const queue = new VerificationQueue(2, 3);
    const begun: number[] = [];
    const ends = Array.from({ length: 5 }, () => Promise.withResolvers<number>());
    const results = ends.map(({ promise }, number) =>
      queue.run(() => {
        begun.push(number);
        return promise;
      }),
    );
    await setImmediate();
    expect(begun).toEqual([0, 1]);
    expect(queue.isFull).toBe(true);
    ends[1]?.reject(new Error('failed'));
    await expect(results[1]).rejects.toThrow('failed');
    await setImmediate();
    expect(begun).toEqual([0, 1, 2]);
    expect(queue.isFull).toBe(false);
    for (const [number, { resolve }] of ends.entries()) resolve(number);
    expect(await Promise.all(results.filter((_, number) => number !== 1))).toEqual([0, 2, 3, 4]);
    expect(await queue.run(async () => 'later')).toBe('later');
  });
});

import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { eachOf } from './each-of.js';

describe('eachOf', () => {
  it('gives the results in the order of the items, whichever ends first', async () => {
    const first = Promise.withResolvers<string>();
    const results = eachOf(['a', 'b', 'c'], 2, async (item) => {
      if (item === 'c') first.resolve('a!');
      return item === 'a' ? first.promise : `${item}!`;
    });
    expect(await results).toEqual(['a!', 'b!', 'c!']);
  });

  it('runs no more at a time than it may', async () => {
    let running = 0;
    let most = 0;
    await eachOf(Array(20).fill(0), 3, async () => {
      most = Math.max(most, ++running);
      await setImmediate();
      running--;
    });
    expect(most).toBe(3);
  });

  it('begins nothing more when one has failed, and rejects when the others have ended', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const all = eachOf([0, 1, 2, 3], 2, async (item, i) => {
      begun.push(i);
      if (item === 0) throw new Error('failed');
      await setImmediate();
      ended.push(item);
    });
    await expect(all).rejects.toThrow('failed');
    expect(begun).toEqual([0, 1]);
    expect(ended).toEqual([1]);
  });

  it('does nothing for nothing', async () => {
    expect(await eachOf([], 3, () => Promise.reject(new Error('called')))).toEqual([]);
  });
});

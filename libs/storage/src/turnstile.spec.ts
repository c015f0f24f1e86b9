import { describe, expect, it } from '@jest/globals';
import { Turnstile } from './turnstile.js';

describe('Turnstile', () => {
  it('lets so many run at a time, in the order of their coming, whether they succeed or not', async () => {
    const turnstile = new Turnstile(2);
    const [begun, ends]: [number[], PromiseWithResolvers<void>[]] = [[], []];
    const results = Array.from({ length: 5 }, (_, number) => {
      const end = Promise.withResolvers<void>();
      ends.push(end);
      return turnstile.pass(async () => {
        begun.push(number);
        await end.promise;
        return number;
      });
    });
    const settled = Promise.allSettled(results);
    expect(begun).toEqual([0, 1]);
    ends[1]?.reject(new Error('failed'));
    await results[1]?.catch(() => undefined);
    await new Promise(setImmediate);
    expect(begun).toEqual([0, 1, 2]);
    for (const { resolve } of ends) resolve();
    expect((await settled).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(await turnstile.pass(async () => 'next')).toBe('next');
  });
});

import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.js';

/** Work that runs until it is told to end. */
function work() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const state = { isRunning: false };
  const run = () => {
    state.isRunning = true;
    return promise;
  };
  return { state, run, end: resolve };
}

describe('Turns', () => {
  it('lets so many of each key run, and the next when one has ended', async () => {
    const turns = new Turns(2, 10, 10);
    const all = Array.from({ length: 4 }, work);
    const runs = all.map(({ run }) => turns.run('a', run));
    const other = work();
    const otherRun = turns.run('b', other.run);
    const running = () => all.map(({ state }) => state.isRunning);
    expect([running(), other.state.isRunning]).toEqual([[true, true, false, false], true]);
    all[1]?.end();
    await runs[1];
    expect(running()).toEqual([true, true, true, false]);
    for (const { end } of [...all, other]) end();
    await Promise.all([...runs, otherRun]);
    expect(running()).toEqual([true, true, true, true]);
  });

  it('goes on after a failure', async () => {
    const turns = new Turns(1, 10, 10);
    const failing = turns.run('a', () => Promise.reject(new Error('oh')));
    const next = turns.run('a', async () => 'next');
    await expect(failing).rejects.toThrow('oh');
    expect(await next).toBe('next');
    expect(turns.isFull('a')).toBe(false);
  });

  it('says when too many wait, of one key and of all', async () => {
    const turns = new Turns(1, 2, 3);
    const all = Array.from({ length: 6 }, work);
    const keys = ['a', 'b', 'a', 'a', 'b', 'c'];
    const runs = all.slice(0, 4).map(({ run }, index) => turns.run(String(keys[index]), run));
    expect(['a', 'b', 'c'].map((key) => turns.isFull(key))).toEqual([true, false, false]);
    runs.push(turns.run('b', all[4]?.run ?? (async () => undefined)));
    expect(['a', 'b', 'c'].map((key) => turns.isFull(key))).toEqual([true, true, false]);
    for (const { end } of all) end();
    await Promise.all(runs);
    expect(['a', 'b', 'c'].map((key) => turns.isFull(key))).toEqual([false, false, false]);
  });
});

import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { lookAhead } from './look-ahead.js';

describe('lookAhead', () => {
  const items = Array.from({ length: 20 }, (_, i) => i);

  it.each([1, 3, 20, 50])('gives results in order, of up to %d items at a time', async (ahead) => {
    let [underway, most] = [0, 0];
    const make = async (item: number) => {
      most = Math.max(most, ++underway);
      for (let i = 0; i < (item * 7) % 5; i++) await setImmediate();
      underway--;
      return item * 2;
    };
    const seen: [number, number][] = [];
    for await (const { item, result } of lookAhead(items, ahead, make)) seen.push([item, result]);
    expect(seen).toEqual(items.map((item) => [item, item * 2]));
    expect(most).toBeLessThanOrEqual(ahead);
  });

  it('fails at the item that fails, and not before', async () => {
    const failure = new Error('failed');
    const make = async (item: number) => (item > 4 ? Promise.reject(failure) : item);
    const seen: number[] = [];
    const reading = async () => {
      for await (const { item } of lookAhead(items, 8, make)) seen.push(item);
    };
    await expect(reading()).rejects.toBe(failure);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  it('can be left, whatever was begun', async () => {
    const make = async (item: number) => (item > 0 ? Promise.reject(new Error('nobody asks')) : item);
    for await (const { item } of lookAhead(items, 8, make)) {
      expect(item).toBe(0);
      break;
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import { BufferPool } from './buffer-pool.js';

const newPool = () => new BufferPool({ size: 1024, limit: 3, kept: 2, smallSize: 16 });
const takeAll = (pool: BufferPool, count: number) => Array.from({ length: count }, () => pool.take());

describe('BufferPool', () => {
  it('lends as many large buffers as the limit says, and small ones beyond', () => {
    const buffers = takeAll(newPool(), 5);
    expect(buffers.map(({ length }) => length)).toEqual([1024, 1024, 1024, 16, 16]);
    expect(new Set(buffers.map(({ buffer }) => buffer)).size).toBe(5);
  });

  it('lends again what came back, the last first', () => {
    const pool = newPool();
    const [first, second] = [pool.take(), pool.take()];
    pool.give(first);
    pool.give(second);
    expect([pool.take(), pool.take()]).toEqual([second, first]);
    expect(pool.take()).toHaveLength(1024);
    expect(pool.take()).toHaveLength(16);
  });

  it('counts the large buffers that are lent', () => {
    const pool = newPool();
    const [first, second] = takeAll(pool, 5);
    expect(pool.inUse).toBe(3);
    if (first) pool.give(first);
    if (second) pool.forget(second);
    expect(pool.inUse).toBe(1);
  });

  it('keeps no more for later than it should', () => {
    const pool = newPool();
    const buffers = takeAll(pool, 3);
    for (const buffer of buffers) pool.give(buffer);
    const [one, other, fresh] = takeAll(pool, 3);
    expect([one === buffers[1], other === buffers[0], buffers.includes(fresh ?? Buffer.of())]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('never lends again what may still be in use, nor a small buffer', () => {
    const pool = newPool();
    const [used, ...others] = takeAll(pool, 3);
    const small = pool.take();
    pool.give(small);
    if (used) pool.forget(used);
    const next = pool.take();
    expect(next).toHaveLength(1024);
    expect([used, small, ...others].some((buffer) => buffer === next)).toBe(false);
    expect(pool.take()).toHaveLength(16);
  });
});

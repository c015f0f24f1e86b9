import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { WriteQueue } from './write-queue.js';

const MIB = 1024 * 1024;

const folder = await mkdtemp(join(tmpdir(), 'stowage-queue-'));
const file = join(folder, 'file');
const opened: number[] = [];

function open(flags: string): number {
  const fd = openSync(file, flags);
  opened.push(fd);
  return fd;
}

afterEach(() => {
  for (const fd of opened.splice(0)) closeSync(fd);
});
afterAll(() => rm(folder, { recursive: true }));

describe('WriteQueue', () => {
  it('writes at its position and keeps what is before it', async () => {
    await writeFile(file, '0123456789');
    const queue = new WriteQueue(open('r+'), 4);
    for (const chunk of ['ab', '', 'c']) await queue.add(Buffer.from(chunk));
    await queue.drain();
    expect(await readFile(file, 'utf8')).toBe('0123abc789');
  });

  it('writes a full batch without being told to', async () => {
    const queue = new WriteQueue(open('w'), 0);
    await queue.add(Buffer.alloc(MIB, 'x'));
    await queue.settle();
    expect(await readFile(file)).toHaveLength(MIB);
  });

  it('takes a batch while another is being written, and no more before that is done', async () => {
    const queue = new WriteQueue(open('w'), 0);
    const resolved: number[] = [];
    const adding = [0, 1, 2].map((i) => queue.add(Buffer.alloc(MIB, 'x')).then(() => resolved.push(i)));
    await Promise.resolve();
    await Promise.resolve();
    expect(resolved.length).toBeLessThan(3);
    await Promise.all(adding);
    await queue.drain();
    expect(await readFile(file)).toHaveLength(3 * MIB);
  });

  it('drops what is not being written when it is settled', async () => {
    const queue = new WriteQueue(open('w'), 0);
    await queue.add(Buffer.from('small'));
    await queue.settle();
    await queue.drain();
    expect(await readFile(file, 'utf8')).toBe('');
  });

  it('writes smaller batches while many others hold much, and large ones when they are done', async () => {
    const sizeAfter = async (bytes: number) => {
      const queue = new WriteQueue(open('w'), 0);
      await queue.add(Buffer.alloc(bytes));
      await queue.settle();
      return (await readFile(file)).length;
    };
    const waiting = Array.from({ length: 120 }, () => new WriteQueue(open('r'), 0));
    const failing = Array.from({ length: 50 }, () => new WriteQueue(open('r'), 0));
    await Promise.all(failing.map((queue) => queue.add(Buffer.alloc(MIB))));
    await Promise.all(failing.map((queue) => queue.settle()));
    for (let round = 0; round < 3; round++) {
      expect(await sizeAfter(MIB / 2)).toBe(0);
      await Promise.all(waiting.map((queue) => queue.add(Buffer.alloc(MIB / 4))));
      expect(await sizeAfter(MIB / 2)).toBe(MIB / 2);
      await Promise.all(waiting.map((queue) => queue.settle()));
    }
  });

  it('reports a failure at the next call, and at each after it', async () => {
    await writeFile(file, 'before');
    const queue = new WriteQueue(open('r'), 0);
    await queue.add(Buffer.alloc(MIB, 'x'));
    await queue.settle();
    await setImmediate();
    await expect(queue.add(Buffer.from('more'))).rejects.toMatchObject({ code: 'EBADF' });
    await expect(queue.drain()).rejects.toMatchObject({ code: 'EBADF' });
    await queue.settle();
    expect(await readFile(file, 'utf8')).toBe('before');
  });

  it('reports at the end a failure of what was left', async () => {
    const queue = new WriteQueue(open('r'), 0);
    await queue.add(Buffer.from('small'));
    await expect(queue.drain()).rejects.toMatchObject({ code: 'EBADF' });
  });
});

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from '@jest/globals';
import { startFixture } from './filesystem/child-process.contract.js';
import { loadFilesystemStorage, loadMemoryStorage } from './load-storage.js';

const folder = await mkdtemp(join(tmpdir(), 'stowage-load-'));
afterAll(() => rm(folder, { recursive: true }));

describe('loadFilesystemStorage', () => {
  it('makes the root with all above it', async () => {
    const { driver, locks, acrossProcesses } = await loadFilesystemStorage(join(folder, 'new/deep/root'));
    expect(driver.name).toBe('filesystem');
    expect(acrossProcesses).toBe(true);
    expect(await driver.list('/')).toEqual(['docker']);
    await locks.exclusively('key', () => driver.putContent('/a', Buffer.from('x')));
    expect((await stat(join(folder, 'new/deep/root/a'))).size).toBe(1);
  });

  it('opens what is there already', async () => {
    const first = await loadFilesystemStorage(join(folder, 'again'));
    await first.driver.putContent('/a', Buffer.from('x'));
    const second = await loadFilesystemStorage(join(folder, 'again'));
    expect(await second.driver.list('/')).toEqual(['a', 'docker']);
  });
});

describe('loadMemoryStorage', () => {
  it('loads nothing of the filesystem driver', async () => {
    const loaded = await text(startFixture('loaded-modules.mjs').stdout);
    expect(loaded).toMatch(/memory-storage-driver\.ts$/m);
    expect(loaded).not.toMatch(/\/filesystem\/|lru-cache|koffi/);
  });

  it('gives an empty storage each time', async () => {
    const [one, other] = [await loadMemoryStorage(), await loadMemoryStorage()];
    expect(one.driver.name).toBe('inmemory');
    expect(one.acrossProcesses).toBe(false);
    await one.locks.exclusively('key', () => one.driver.putContent('/a', Buffer.from('x')));
    expect(await other.driver.list('/')).toEqual([]);
  });
});

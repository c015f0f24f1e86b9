import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeChangeCounters } from '../change-counters.contract.js';
import { CHANGE_COUNTERS, CHANGE_SLOTS, type ChangeCounters } from '../change-counters.js';
import { exitOf, startFixture } from './child-process.contract.js';
import { FilesystemLockManager } from './filesystem-lock-manager.js';
import { FilesystemStorageDriver } from './filesystem-storage-driver.js';
import { loadFlock } from './flock.js';
import { openSharedCounters } from './shared-counters.js';

const FOLDER = 'docker/registry/stowage';
const FILE = join(FOLDER, 'changes-16385');

const folder = await mkdtemp(join(tmpdir(), 'stowage-counters-'));
afterAll(() => rm(folder, { recursive: true }));

const newRoot = () => mkdtemp(join(folder, 'root-'));

async function open(root: string): Promise<ChangeCounters> {
  const counters = await openSharedCounters(root, new FilesystemLockManager(root, await loadFlock()));
  if (!counters) throw new Error('this platform cannot map files');
  return counters;
}

describeChangeCounters('the counters of a storage on the file system', async () => {
  const root = await newRoot();
  return { one: await open(root), other: await open(root) };
});

describe('openSharedCounters', () => {
  let root: string;

  beforeEach(async () => {
    root = await newRoot();
  });

  /** How many changes were counted under the key and not under another one. */
  const countOf = (counters: ChangeCounters, key: string) =>
    counters.at(counters.slotOf(key)) - counters.at(counters.slotOf('another key'));

  it('gives counters that no process overtakes another in, also where several make them at once', async () => {
    const times = 500_000;
    const children = ['one', 'other', 'third'].map(() => startFixture('count-changes.mjs', root, 'key', times));
    await Promise.all(children.map(({ stdout }) => once(stdout, 'data')));
    const counters = await open(root);
    for (const { stdin } of children) stdin.end();
    expect(await Promise.all(children.map(exitOf))).toEqual([0, 0, 0]);
    expect(countOf(counters, 'key')).toBe(3 * times);
    expect(await readdir(join(root, FOLDER))).toEqual(['changes-16385', 'locks']);
  });

  it('lets nobody who keeps what was read miss a change of another process, once that is acknowledged', async () => {
    const [counters, driver] = [await open(root), new FilesystemStorageDriver(root)];
    const slot = counters.slotOf('/number');
    let kept = { number: 0, count: counters.at(slot) };
    const read = async () => {
      const count = counters.at(slot);
      if (kept.count === count) return kept.number;
      kept = { number: Number(await driver.getContent('/number')), count };
      return kept.number;
    };
    const child = startFixture('change-and-tell.mjs', root, '/number', 300);
    let isRunning = true;
    const others = async () => {
      while (isRunning) {
        await read().catch(() => {});
        await setImmediate();
      }
    };
    const everybody = [others(), others()];
    let acknowledged = 0;
    for await (const line of createInterface(child.stdout)) {
      acknowledged = Number(line);
      expect(await read()).toBeGreaterThanOrEqual(acknowledged);
    }
    isRunning = false;
    await Promise.all(everybody);
    expect([acknowledged, await read(), await exitOf(child)]).toEqual([300, 300, 0]);
  });

  it('counts a change of everything, which a process may have left uncounted when it died', async () => {
    const counters = await open(root);
    const slots = Array.from({ length: CHANGE_SLOTS }, (_, slot) => slot);
    const before = slots.map((slot) => counters.at(slot));
    await open(root);
    expect(slots.filter((slot) => counters.at(slot) === before[slot])).toEqual([]);
  });

  it('needs no room on the disk where the file is there', async () => {
    await open(root);
    const folders = [join(root, FOLDER), join(root, FOLDER, 'locks')];
    for (const each of folders) await utimes(each, 1, 1);
    await open(root);
    for (const each of folders) expect((await stat(each)).mtimeMs).toBe(1000);
  });

  it.each([0, 100])('replaces what a power cut has left of the file: %d bytes', async (size) => {
    await open(root);
    await truncate(join(root, FILE), size);
    const [one, other] = await Promise.all([open(root), open(root)]);
    one.bump('key');
    expect(countOf(other, 'key')).toBe(1);
  });

  it('follows no symbolic link', async () => {
    await mkdir(join(root, FOLDER), { recursive: true });
    await writeFile(join(root, 'elsewhere'), Buffer.alloc(4 * CHANGE_COUNTERS));
    await symlink(join(root, 'elsewhere'), join(root, FILE));
    await expect(open(root)).rejects.toMatchObject({ code: 'ELOOP' });
  });
});

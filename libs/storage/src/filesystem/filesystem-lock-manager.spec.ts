import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeLockManager } from '../lock-manager.contract.js';
import { LockTimeoutError } from '../storage-error.js';
import { type Child, exitOf, startFixture } from './child-process.contract.js';
import { FilesystemLockManager } from './filesystem-lock-manager.js';
import { loadFlock, type TryLock } from './flock.js';

/** Where a process can see which files it has open. */
const itOnLinux = process.platform === 'linux' ? it : it.skip;
const LOCKS = 'docker/registry/stowage/locks';

let folder: string;
let tryLock: TryLock | null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stowage-locks-'));
  tryLock = await loadFlock();
});

afterAll(() => rm(folder, { recursive: true }));

const newRoot = () => mkdtemp(join(folder, 'root-'));

describeLockManager('FilesystemLockManager', async () => {
  const root = await newRoot();
  return { one: new FilesystemLockManager(root, tryLock), other: new FilesystemLockManager(root, tryLock) };
});

describeLockManager('FilesystemLockManager without flock', async () => {
  const locks = new FilesystemLockManager(await newRoot(), null);
  return { one: locks, other: locks };
});

describe('FilesystemLockManager', () => {
  let root: string;
  let locks: FilesystemLockManager;

  beforeEach(async () => {
    root = await newRoot();
    locks = new FilesystemLockManager(root, tryLock);
  });

  it('tells whether it excludes other processes', async () => {
    expect(locks.acrossProcesses).toBe(true);
    expect(new FilesystemLockManager(root, null).acrossProcesses).toBe(false);
  });

  it('has a file named after the sha256 of the key while it is locked, and none afterwards', async () => {
    const name = createHash('sha256').update('a key').digest('hex');
    const names = await locks.exclusively('a key', () => readdir(join(root, LOCKS)));
    expect(names).toEqual([name]);
    expect(await readdir(join(root, LOCKS))).toEqual([]);
  });

  it('goes on when somebody cleared the folder of the locks', async () => {
    await locks.exclusively('key', async () => rm(join(root, LOCKS), { recursive: true }));
    expect(await locks.exclusively('key', async () => 'locked')).toBe('locked');
  });

  it('locks a file that a crash has left', async () => {
    await locks.exclusively('key', async () => {});
    await writeFile(join(root, LOCKS, createHash('sha256').update('key').digest('hex')), '');
    expect(await locks.exclusively('key', async () => 'locked', { wait: 0 })).toBe('locked');
    expect(await readdir(join(root, LOCKS))).toEqual([]);
  });

  itOnLinux('leaves no file open', async () => {
    const openFiles = () => readdir('/proc/self/fd');
    await locks.exclusively('key', async () => {});
    const before = await openFiles();
    const other = new FilesystemLockManager(root, tryLock);
    await locks.exclusively('key', async () => {
      await expect(other.exclusively('key', async () => {}, { wait: 5 })).rejects.toThrow(LockTimeoutError);
    });
    await Promise.all(Array.from({ length: 20 }, (_, i) => [locks, other][i % 2]?.exclusively('key', async () => {})));
    expect(await openFiles()).toHaveLength(before.length);
  });

  it('rejects with the failure of flock itself', async () => {
    expect(() => tryLock?.(1_000_000)).toThrow(/^flock: EBADF/);
  });
});

describe('FilesystemLockManager, between processes', () => {
  let root: string;
  let locks: FilesystemLockManager;
  const children: Child[] = [];

  const start = (...args: Parameters<typeof startFixture>) => {
    const child = startFixture(...args);
    children.push(child);
    return child;
  };

  const holdElsewhere = async (key: string) => {
    const child = start('hold-lock.mjs', root, key);
    const [output] = await once(child.stdout, 'data');
    expect(String(output)).toBe('held\n');
    return child;
  };

  beforeEach(async () => {
    root = await newRoot();
    locks = new FilesystemLockManager(root, tryLock);
  });

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  it('is excluded by another process, and let in when that is done', async () => {
    const holder = await holdElsewhere('key');
    await expect(locks.exclusively('key', async () => {}, { wait: 50 })).rejects.toThrow(LockTimeoutError);
    expect(await locks.exclusively('another key', async () => 'free', { wait: 0 })).toBe('free');
    const waiting = locks.exclusively('key', async () => 'let in');
    holder.stdin.end();
    expect(await waiting).toBe('let in');
    expect(await exitOf(holder)).toBe(0);
  });

  it('is let in when the holder is killed', async () => {
    const holder = await holdElsewhere('key');
    const waiting = locks.exclusively('key', async () => 'let in');
    holder.kill('SIGKILL');
    expect(await waiting).toBe('let in');
  });

  it('excludes another process', async () => {
    const tryElsewhere = () => exitOf(start('hold-lock.mjs', root, 'key', 50));
    expect(await locks.exclusively('key', tryElsewhere)).toBe(3);
  });

  it('loses no turn among several processes that take many', async () => {
    const [file, rounds] = [join(root, 'counter'), 60];
    await writeFile(file, '0');
    const counters = [1, 2, 3].map(() => start('count.mjs', root, 'key', file, rounds));
    expect(await Promise.all(counters.map(exitOf))).toEqual([0, 0, 0]);
    expect(await readFile(file, 'utf8')).toBe(String(3 * rounds));
    expect(await readdir(join(root, LOCKS))).toEqual([]);
  });
});

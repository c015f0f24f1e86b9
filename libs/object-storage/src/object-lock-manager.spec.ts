import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LockTimeoutError } from '#libs/storage';
import { describeLockManager } from '../../storage/src/lock-manager.contract.js';
import { Keys } from './keys.js';
import { MemoryObjectStore } from './memory/memory-object-store.js';
import { ObjectLockManager } from './object-lock-manager.js';
import type { ObjectStore, PutOptions } from './object-store.js';
import { mortal, record } from './watched-store.contract.js';

const KEYS = new Keys('registry/');
const TIME_TO_LIVE = 15_000;
const PATIENTLY = { wait: Number.POSITIVE_INFINITY };

describeLockManager('ObjectLockManager', async () => {
  const store = new MemoryObjectStore();
  return { one: new ObjectLockManager(store, KEYS), other: new ObjectLockManager(store, KEYS) };
});

describeLockManager('ObjectLockManager on a store without conditional puts', async () => {
  const locks = new ObjectLockManager(new MemoryObjectStore({ putsIfAbsent: false }), KEYS);
  return { one: locks, other: locks };
});

async function lockObjects(store: ObjectStore): Promise<string[]> {
  return (await store.list({ prefix: '', delimited: false, limit: 100 })).objects.map(({ key }) => key);
}

/** Work that goes on until `end` is called. */
function endless() {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const work = () => {
    begin();
    return ended;
  };
  return { work, begun, end };
}

describe('ObjectLockManager', () => {
  let store: MemoryObjectStore;

  beforeEach(() => {
    // Time passes when the test says so.
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    store = new MemoryObjectStore();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const open = (seen: ObjectStore = store) => new ObjectLockManager(seen, KEYS, TIME_TO_LIVE);
  const pass = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

  it('costs a put and a delete, and leaves nothing', async () => {
    const calls: string[] = [];
    const seen = await open(record(store, calls)).exclusively('a key', () => lockObjects(store));
    await pass(0);
    expect(calls).toEqual(['put', 'delete']);
    expect(seen).toEqual([expect.stringMatching(/^registry\/docker\/registry\/stowage\/locks\/[0-9a-f]{64}$/)]);
    expect(await lockObjects(store)).toEqual([]);
  });

  it('gives up where a service refuses an object that it does not have', async () => {
    store.put = async () => false;
    const waiting = expect(open().exclusively('key', async () => {}, { wait: 1000 })).rejects.toThrow(LockTimeoutError);
    await pass(1100);
    await waiting;
  });

  it('tells whether it excludes other processes', () => {
    expect(open().acrossProcesses).toBe(true);
    expect(open(new MemoryObjectStore({ putsIfAbsent: false })).acrossProcesses).toBe(false);
  });

  it('holds for as long as the work takes', async () => {
    const long = endless();
    const holding = open().exclusively('key', long.work);
    await long.begun;
    const waiting = expect(open().exclusively('key', async () => {}, { wait: 10 * TIME_TO_LIVE })).rejects.toThrow(
      LockTimeoutError,
    );
    await pass(10 * TIME_TO_LIVE);
    await waiting;
    long.end();
    await holding;
    await pass(0);
    expect(await lockObjects(store)).toEqual([]);
  });

  it('passes to one of those who wait when its holder has died', async () => {
    const dead = open(mortal(store, 1, 'before'));
    const forgotten = endless();
    void dead.exclusively('key', forgotten.work);
    await forgotten.begun;
    let [inside, most] = [0, 0];
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, TIME_TO_LIVE));
      inside--;
      return performance.now();
    };
    const before = performance.now();
    const waiting = Promise.all(Array.from({ length: 4 }, () => open().exclusively('key', work, PATIENTLY)));
    await pass(8 * TIME_TO_LIVE);
    const finished = await waiting;
    expect(most).toBe(1);
    expect(Math.min(...finished) - before).toBeGreaterThanOrEqual(2 * TIME_TO_LIVE);
    expect(await lockObjects(store)).toEqual([]);
  });

  it('passes on also where nobody waits for the whole time, but asks again and again', async () => {
    const forgotten = endless();
    void open(mortal(store, 1, 'before')).exclusively('key', forgotten.work);
    await forgotten.begun;
    const other = open();
    const outcomes: unknown[] = [];
    for (let time = 0; time <= TIME_TO_LIVE; time += 5000) {
      const asking = other.exclusively('key', async () => 'taken over', { wait: 1000 }).catch((error) => error.name);
      await pass(5000);
      outcomes.push(await asking);
    }
    expect(outcomes).toEqual([...Array(3).fill('LockTimeoutError'), 'taken over']);
  });

  it('passes from one who took over and died, too', async () => {
    // Each puts its own object after it was told that those of the others are there, and dies at its next sign of life.
    for (const changes of [1, 2, 3]) {
      const forgotten = endless();
      void open(mortal(store, changes, 'before')).exclusively('key', forgotten.work, PATIENTLY);
      await pass(4 * TIME_TO_LIVE);
      await forgotten.begun;
    }
    const last = open().exclusively('key', async () => 'last', PATIENTLY);
    await pass(6 * TIME_TO_LIVE);
    expect(await last).toBe('last');
    expect(await lockObjects(store)).toEqual([]);
  });

  it('is not taken back by a holder that stood still, nor made free', async () => {
    const paused = pausable(store);
    const slow = endless();
    const first = open(paused.store).exclusively('key', slow.work);
    await slow.begun;
    paused.pause();
    const next = endless();
    const second = open().exclusively('key', next.work, PATIENTLY);
    await pass(TIME_TO_LIVE + 2000);
    await next.begun;
    slow.end();
    await first;
    paused.resume();
    await pass(1000);
    let isIn = false;
    const third = open().exclusively(
      'key',
      async () => {
        isIn = true;
      },
      PATIENTLY,
    );
    await pass(TIME_TO_LIVE / 2);
    expect(isIn).toBe(false);
    next.end();
    await second;
    await pass(2000);
    await third;
    expect(await lockObjects(store)).toEqual([]);
  });

  it('is one that was put by an attempt whose answer was lost', async () => {
    const put = store.put.bind(store);
    store.put = async (key: string, content: Uint8Array, options?: PutOptions) => {
      await put(key, content, options);
      return put(key, content, options);
    };
    expect(await open().exclusively('key', async () => 'held', { wait: 0 })).toBe('held');
  });

  it('gives the result before the lock is free, and the next one of this process waits for that', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const remove = store.delete.bind(store);
    store.delete = async (keys) => {
      await answered;
      return remove(keys);
    };
    const locks = open();
    expect(await locks.exclusively('key', async () => 'result')).toBe('result');
    let isIn = false;
    const next = locks.exclusively('key', async () => {
      isIn = true;
    });
    await pass(1000);
    expect(isIn).toBe(false);
    answer();
    await next;
  });

  it('fails with what the store says when it cannot be had, and with nothing else', async () => {
    const failure = new Error('no such store');
    store.put = () => Promise.reject(failure);
    await expect(open().exclusively('key', async () => 'never')).rejects.toBe(failure);
  });

  it('gives the result also where it cannot be made free', async () => {
    store.delete = () => Promise.reject(new Error('not today'));
    expect(await open().exclusively('key', async () => 'result')).toBe('result');
  });
});

/** A store as a process sees it that can be made to stand still: its puts arrive when it goes on. */
function pausable(store: ObjectStore) {
  let going: Promise<void> = Promise.resolve();
  let resume = () => {};
  const seen = new Proxy(store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return name === 'put'
        ? (...args: Parameters<ObjectStore['put']>) => going.then(() => target.put(...args))
        : member.bind(target);
    },
  });
  return {
    store: seen,
    pause: () => {
      going = new Promise((resolve) => {
        resume = resolve;
      });
    },
    resume: () => resume(),
  };
}

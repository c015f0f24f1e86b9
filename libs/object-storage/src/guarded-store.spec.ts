import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { StorageUnavailableError } from '#libs/storage';
import { ForwardingObjectStore, type StoreCall } from './forwarding-store.js';
import { guardStore } from './guarded-store.js';
import { MemoryObjectStore } from './memory/memory-object-store.js';
import type { ObjectStore } from './object-store.js';

const PAUSE = 40;

/** A store whose service can be away. */
class UnsteadyStore extends ForwardingObjectStore {
  calls: StoreCall[] = [];
  isDown = false;
  failure: Error = new StorageUnavailableError('memory', 'ask', 1000);
  /** What calls wait for. */
  delay: Promise<void> = Promise.resolve();

  protected override async call<T>(name: StoreCall, ask: () => Promise<T>): Promise<T> {
    this.calls.push(name);
    await this.delay;
    if (this.isDown) throw this.failure;
    return ask();
  }
}

describe('a guarded store', () => {
  let store: UnsteadyStore;
  let guarded: ObjectStore;
  let changes: number[];

  beforeEach(() => {
    changes = [];
    store = new UnsteadyStore(new MemoryObjectStore());
    guarded = guardStore(store, {
      failures: 3,
      pause: PAUSE,
      longestPause: 3 * PAUSE,
      onChange: (pause) => changes.push(pause),
    });
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  async function fail(times: number): Promise<void> {
    store.isDown = true;
    for (let time = 0; time < times; time++) await expect(guarded.head('a')).rejects.toThrow(StorageUnavailableError);
  }

  /** What a call is told without the store. */
  async function rejection(): Promise<StorageUnavailableError> {
    const failure: unknown = await guarded.head('a').catch((error: unknown) => error);
    if (!(failure instanceof StorageUnavailableError)) throw failure;
    return failure;
  }

  it('does what the store does', async () => {
    expect(guarded.name).toBe('memory');
    expect(guarded.traits).toBe(store.traits);
    await guarded.put('a/b', Buffer.from('content'));
    expect(await guarded.head('a/b')).toMatchObject({ key: 'a/b', size: 7 });
    const upload = await guarded.beginParts('c');
    const part = await guarded.putPart(upload, 1, Buffer.from('part'));
    const unfinished = await all(guarded.unfinishedParts('', new Date(Date.now() + 1000)));
    expect(unfinished).toEqual([upload]);
    await guarded.completeParts(upload, [part]);
    const { objects } = await guarded.list({ prefix: '', delimited: false, limit: 10 });
    expect(objects.map(({ key }) => key)).toEqual(['a/b', 'c']);
  });

  it('asks the store no more after so many failures in a row', async () => {
    await fail(3);
    await expect(guarded.put('a', Buffer.alloc(1))).rejects.toThrow(StorageUnavailableError);
    await expect(all(guarded.unfinishedParts('', new Date()))).rejects.toThrow(StorageUnavailableError);
    expect(store.calls).toEqual(['head', 'head', 'head']);
    expect(changes).toEqual([PAUSE]);
  });

  it('says which store it is, what was asked, and when it is tried next', async () => {
    await fail(3);
    const failure = await rejection();
    expect(failure).toMatchObject({ driver: 'memory', operation: 'head' });
    expect(failure.retryAfter).toBeGreaterThan(0);
    expect(failure.retryAfter).toBeLessThanOrEqual(PAUSE);
  });

  it('counts no failures but those in a row', async () => {
    for (let round = 0; round < 3; round++) {
      await fail(2);
      store.isDown = false;
      await guarded.head('a');
    }
    expect(changes).toEqual([]);
  });

  it('counts no failures that are not the service’s', async () => {
    store.failure = new RangeError('the caller is wrong');
    store.isDown = true;
    for (let time = 0; time < 5; time++) await expect(guarded.head('a')).rejects.toThrow(RangeError);
    expect(store.calls).toHaveLength(5);
  });

  it('does not take a URL that was signed for an answer', async () => {
    await fail(2);
    await guarded.sign('a', { expiresIn: 1000 });
    await fail(1);
    expect(changes).toEqual([PAUSE]);
  });

  it('answers again when the store does', async () => {
    await fail(3);
    store.isDown = false;
    await setTimeout((await rejection()).retryAfter + 1);
    expect(await guarded.head('a')).toBeNull();
    expect(changes).toEqual([PAUSE, 0]);
  });

  it('says the same to whoever comes a moment too early', async () => {
    let now = 1_000_000;
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    // Meanwhile, whoever is told that the store is left alone writes it down, which takes a while.
    const onChange = () => {
      now += 5;
    };
    guarded = guardStore(store, { failures: 3, pause: PAUSE, onChange });
    await fail(3);
    store.isDown = false;
    now = 1_000_000 + PAUSE;
    expect((await rejection()).retryAfter).toBeGreaterThanOrEqual(0);
    now += 5;
    expect(await guarded.head('a')).toBeNull();
  });

  it('waits longer each time, up to a limit', async () => {
    await fail(3);
    for (const pause of [2, 3, 3]) {
      await setTimeout((await rejection()).retryAfter + 1);
      await fail(1);
      expect(changes.at(-1)).toBe(pause * PAUSE);
    }
    expect(store.calls).toHaveLength(6);
  });

  it('lets one call try the store, and no other wait for it', async () => {
    await fail(3);
    store.isDown = false;
    await setTimeout((await rejection()).retryAfter + 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    store.delay = promise;
    const first = guarded.head('a');
    await expect(guarded.head('b')).rejects.toThrow(StorageUnavailableError);
    resolve();
    expect(await first).toBeNull();
    expect(await guarded.head('b')).toBeNull();
    expect(store.calls).toHaveLength(5);
  });
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

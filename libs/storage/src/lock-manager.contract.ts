import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { LockManager } from './lock-manager.js';
import { LockTimeoutError } from './storage-error.js';

/** Two lock managers on one storage, as two parts of a system have them; the same one where there is only one. */
export interface LockManagers {
  readonly one: LockManager;
  readonly other: LockManager;
}

/** What every lock manager must do, as tests. `create` gives managers on a storage that nobody else uses. */
export function describeLockManager(name: string, create: () => Promise<LockManagers>): void {
  describe(name, () => {
    let one: LockManager;
    let other: LockManager;

    beforeEach(async () => {
      ({ one, other } = await create());
    });

    it('gives back what the work gives', async () => {
      expect(await one.exclusively('key', async () => 'result')).toBe('result');
    });

    it('rejects as the work does, and lets the next in', async () => {
      const failure = new Error('work failed');
      await expect(one.exclusively('key', () => Promise.reject(failure))).rejects.toBe(failure);
      expect(await other.exclusively('key', async () => 'next', { wait: 0 })).toBe('next');
    });

    it('lets the next in when the work throws before its first wait', async () => {
      const failure = new Error('work failed');
      const work = () => {
        throw failure;
      };
      await expect(one.exclusively('key', work)).rejects.toBe(failure);
      expect(await other.exclusively('key', async () => 'next', { wait: 0 })).toBe('next');
    });

    it('never lets two hold a key at once', async () => {
      let [inside, done] = [0, 0];
      const work = async () => {
        expect(++inside).toBe(1);
        for (let i = 0; i < 3; i++) await setImmediate();
        inside--;
        done++;
      };
      await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? one : other).exclusively('key', work)));
      expect(done).toBe(40);
    });

    it('lets those who wait at one manager in as they came', async () => {
      const order: number[] = [];
      const work = (i: number) => async () => {
        await setImmediate();
        order.push(i);
      };
      await Promise.all(Array.from({ length: 10 }, (_, i) => one.exclusively('key', work(i))));
      expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    it.each(['', '/', 'a/b', '../../escape', 'ä\0\n', 'k'.repeat(10_000)])(
      'takes any text as a key: %j',
      async (key) => {
        const outer = one.exclusively(key, async () => {
          await expect(other.exclusively(key, async () => {}, { wait: 0 })).rejects.toThrow(LockTimeoutError);
          return other.exclusively(`${key}x`, async () => 'another key');
        });
        expect(await outer).toBe('another key');
      },
    );

    it.each(['one', 'other'] as const)(
      'rejects with LockTimeoutError when manager %s waited long enough',
      async (who) => {
        const holder = await hold(one, 'key');
        const waiting = (who === 'one' ? one : other).exclusively('key', async () => 'never', { wait: 60 });
        await expect(waiting).rejects.toThrow(LockTimeoutError);
        await expect(waiting).rejects.toMatchObject({ key: 'key', waited: 60 });
        await holder.release();
      },
    );

    it('does not run the work of who gave up, and is free again after the holder', async () => {
      const holder = await hold(one, 'key');
      let hasRun = false;
      const work = async () => {
        hasRun = true;
      };
      for (const manager of [one, other]) {
        await expect(manager.exclusively('key', work, { wait: 5 })).rejects.toThrow(LockTimeoutError);
      }
      await holder.release();
      expect(await other.exclusively('key', async () => 'free', { wait: 0 })).toBe('free');
      expect(await one.exclusively('key', async () => 'free', { wait: 0 })).toBe('free');
      expect(hasRun).toBe(false);
    });

    it('lets in who waits behind one that gave up', async () => {
      const holder = await hold(one, 'key');
      const impatient = one.exclusively('key', async () => {}, { wait: 5 });
      const patient = one.exclusively('key', async () => 'patient', { wait: 60_000 });
      await expect(impatient).rejects.toThrow(LockTimeoutError);
      await holder.release();
      expect(await patient).toBe('patient');
    });

    it('waits as long as it takes when the wait is infinite', async () => {
      const holder = await hold(one, 'key');
      const waiting = [one, other].map((manager) =>
        manager.exclusively('key', async () => 'let in', { wait: Number.POSITIVE_INFINITY }),
      );
      await setImmediate();
      await holder.release();
      expect(await Promise.all(waiting)).toEqual(['let in', 'let in']);
    });
  });
}

/** Holds the key until `release`, which resolves when it is free. */
async function hold(locks: LockManager, key: string): Promise<{ release: () => Promise<void> }> {
  const { promise: released, resolve: letGo } = Promise.withResolvers<void>();
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
  const finished = locks.exclusively(key, () => {
    enter();
    return released;
  });
  await entered;
  return {
    release: () => {
      letGo();
      return finished;
    },
  };
}

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidOffsetError, PathNotFoundError, type StorageDriver } from '#libs/storage';
import { MemoryObjectStore } from './memory/memory-object-store.js';
import { ObjectStorageDriver } from './object-storage-driver.js';
import type { ObjectStore } from './object-store.js';
import { mortal, ProcessDiedError } from './watched-store.contract.js';

const PART = 8;
const FILE = '/up/data';
const BLOB = '/blobs/data';

/** The life of a process: at which of its changes it dies; null where it does not. */
const life = fc.record({
  last: fc.option(fc.nat(8)),
  moment: fc.constantFrom('before' as const, 'after' as const),
});
const addition = fc.record({
  life,
  length: fc.nat(3 * PART),
  ending: fc.constantFrom('close' as const, 'cancel' as const),
});
const upload = fc.record({
  additions: fc.array(addition, { maxLength: 5 }),
  tail: fc.nat(3 * PART),
  destination: fc.constantFrom(FILE, BLOB),
  isPlaceKnown: fc.boolean(),
  isMoved: fc.boolean(),
  finishes: fc.array(life, { maxLength: 4 }),
});

function openAs(
  { last, moment }: { last: number | null; moment: 'before' | 'after' },
  store: ObjectStore,
): StorageDriver {
  const options = { root: '', partSize: PART, partConcurrency: 2, redirectExpiry: null };
  return new ObjectStorageDriver(last === null ? store : mortal(store, last, moment), options);
}

async function textAt(store: ObjectStore, path: string): Promise<string | null> {
  try {
    return String(await openAs({ last: null, moment: 'after' }, store).getContent(path));
  } catch (error) {
    if (error instanceof PathNotFoundError) return null;
    throw error;
  }
}

/** Whether the process lived. */
async function survives(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof ProcessDiedError) return false;
    throw error;
  }
}

describe('a file that processes continue which die at any change', () => {
  it('keeps what was acknowledged, and is never seen in part', async () => {
    await fc.assert(
      fc.asyncProperty(upload, async ({ additions, tail, destination, isPlaceKnown, isMoved, finishes }) => {
        const store = new MemoryObjectStore();
        let [acknowledged, at] = ['', 0];
        const next = (length: number) =>
          Array.from({ length }, () => String.fromCharCode(97 + ((++at * 7) % 26))).join('');
        const writerIn = (driver: StorageDriver) =>
          driver.writer(FILE, {
            append: true,
            offset: acknowledged.length,
            ...(isPlaceKnown && { destination }),
          });

        for (const { life, length, ending } of additions) {
          const text = next(length);
          await survives(async () => {
            const writer = await writerIn(openAs(life, store));
            await writer.write(Buffer.from(text));
            await writer[ending]();
            if (ending === 'close') acknowledged += text;
          });
          if (destination === BLOB) expect(await textAt(store, BLOB)).toBeNull();
        }

        const rest = next(tail);
        const whole = acknowledged + rest;
        const finish = async (driver: StorageDriver) => {
          // The length alone would not do: what was not acknowledged may be as long.
          if (isMoved && (await textAt(store, FILE)) === whole) return driver.move(FILE, destination);
          const writer = await writerIn(driver);
          await writer.write(Buffer.from(rest));
          await writer.commit(destination);
        };
        for (const life of [...finishes, { last: null, moment: 'after' as const }]) {
          try {
            if (await survives(() => finish(openAs(life, store)))) break;
          } catch (error) {
            // The file was moved by a process that died then.
            if (!(error instanceof InvalidOffsetError) || (await textAt(store, destination)) !== whole) throw error;
            break;
          }
          if (destination === BLOB) expect([null, whole]).toContain(await textAt(store, BLOB));
        }
        expect(await textAt(store, destination)).toBe(whole);
        const { objects } = await store.list({ prefix: '', delimited: false, limit: 10 });
        expect(objects.map(({ key }) => `/${key}`)).toEqual([destination]);
      }),
      { numRuns: 1000 },
    );
  });
});

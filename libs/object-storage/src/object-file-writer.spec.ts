import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  InvalidOffsetError,
  InvalidPathError,
  PathNotFoundError,
  StorageDriver,
  UnsupportedError,
} from '#libs/storage';
import { MemoryObjectStore } from './memory/memory-object-store.js';
import { ObjectStorageDriver } from './object-storage-driver.js';
import type { ObjectStore } from './object-store.js';
import { record } from './watched-store.contract.js';

const PART = 8;
const FILE = '/up/data';
const BLOB = '/blobs/data';

const open = (store: ObjectStore) =>
  new ObjectStorageDriver(store, { root: '', partSize: PART, partConcurrency: 2, redirectExpiry: null });

async function unfinished(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.unfinishedParts('', new Date(Date.now() + 1000))) keys.push(key);
  return keys;
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  return (await store.list({ prefix: '', delimited: false, limit: 1000 })).objects.map(({ key }) => key);
}

async function contentOf(driver: StorageDriver, path: string): Promise<string | null> {
  try {
    return String(await driver.getContent(path));
  } catch (error) {
    if (error instanceof PathNotFoundError) return null;
    throw error;
  }
}

async function sizeOf(driver: StorageDriver, path: string): Promise<number | null> {
  const info = await driver.stat(path).catch(() => null);
  return info?.isDirectory === false ? info.size : null;
}

/** Text that is nowhere the same. */
function textFrom(start: number, length: number): string {
  return Array.from({ length }, (_, i) => String.fromCharCode(97 + (((start + i) * 7) % 26))).join('');
}

describe('ObjectFileWriter', () => {
  let store: MemoryObjectStore;
  let calls: string[];
  let driver: ObjectStorageDriver;

  beforeEach(() => {
    store = new MemoryObjectStore();
    calls = [];
    driver = open(record(store, calls));
  });

  async function write(bytes: number, options = {}, ending: 'close' | 'commit' = 'close', destination?: string) {
    const writer = await driver.writer(FILE, options);
    await writer.write(Buffer.from(textFrom(writer.size, bytes)));
    await (ending === 'close' ? writer.close() : writer.commit(destination));
  }

  async function callsOf(work: () => Promise<unknown>): Promise<string[]> {
    calls.length = 0;
    await work();
    return calls.splice(0);
  }

  it('puts a file of at most one part at once', async () => {
    expect(await callsOf(() => write(PART, {}, 'commit', BLOB))).toEqual(['put']);
    expect(await callsOf(() => write(PART, { append: true, offset: 0 }, 'commit', BLOB))).toEqual(['list', 'put']);
  });

  it('puts a large file in parts where it belongs, and copies nothing', async () => {
    const begin = { append: true, offset: 0, destination: BLOB };
    const expected = ['list', 'beginParts', 'putPart', 'putPart', 'putPart', 'completeParts'];
    expect(await callsOf(() => write(2 * PART + 1, begin, 'commit', BLOB))).toEqual(expected);
    expect(await contentOf(driver, BLOB)).toBe(textFrom(0, 2 * PART + 1));
    expect(await keysOf(store)).toEqual(['blobs/data']);
  });

  it('copies a large file whose place was not known, inside the store', async () => {
    const made = await callsOf(() => write(2 * PART, { append: true }, 'commit', BLOB));
    expect(made.slice(1)).toEqual(['beginParts', 'putPart', 'putPart', 'completeParts', 'copy', 'delete']);
  });

  it('keeps a large file that is closed in a record, and reads back no more than that', async () => {
    expect(await callsOf(() => write(2 * PART + 3, { append: true }))).toEqual([
      ...['list', 'beginParts', 'putPart', 'putPart', 'put'],
    ]);
    expect(await keysOf(store)).toEqual([`up/data!${'19'.padStart(15, '0')}`]);
    expect(await callsOf(() => write(2, { append: true }))).toEqual(['list', 'get', 'put']);
    // The last two stay.
    expect(await callsOf(() => write(2, { append: true }))).toEqual(['list', 'get', 'put', 'delete']);
    expect((await keysOf(store)).map((key) => Number(key.slice(-15)))).toEqual([21, 23]);
    const committing = await callsOf(() => write(0, { append: true }, 'commit'));
    expect(committing).toEqual(['list', 'get', 'putPart', 'completeParts', 'delete']);
    expect(await contentOf(driver, FILE)).toBe(textFrom(0, 23));
    expect(await keysOf(store)).toEqual(['up/data']);
  });

  it('continues a complete large file by copies inside the store', async () => {
    await write(3 * PART + 2, {}, 'commit');
    const made = await callsOf(() => write(1, { append: true }, 'commit'));
    expect(made).toEqual([
      ...['list', 'beginParts', 'copyPart', 'copyPart', 'copyPart', 'get', 'putPart', 'completeParts'],
    ]);
    expect(await contentOf(driver, FILE)).toBe(textFrom(0, 3 * PART + 3));
  });

  it('tells the size of what was closed, and nobody reads it', async () => {
    await write(2 * PART, { append: true });
    expect(await driver.stat(FILE)).toMatchObject({ size: 2 * PART, isDirectory: false });
    await expect(driver.getContent(FILE)).rejects.toThrow(PathNotFoundError);
    await expect(driver.list(FILE)).rejects.toThrow(PathNotFoundError);
    expect(await driver.list('/up')).toEqual(['data']);
  });

  it('is opened at no size but the last two', async () => {
    for (const bytes of [PART + 1, PART, PART]) await write(bytes, { append: true });
    await expect(driver.writer(FILE, { append: true, offset: PART + 1 })).rejects.toThrow(InvalidOffsetError);
    await write(0, { append: true, offset: 2 * PART + 1 });
    expect(await sizeOf(driver, FILE)).toBe(2 * PART + 1);
    await expect(driver.writer(FILE, { append: true, offset: 3 * PART + 1 })).rejects.toThrow(InvalidOffsetError);
  });

  it('commits nowhere but where it said, and can go on when it was asked to', async () => {
    const writer = await driver.writer(FILE, { destination: BLOB });
    await writer.write(Buffer.from(textFrom(0, 3 * PART)));
    await expect(writer.commit('/blobs/other')).rejects.toThrow(InvalidPathError);
    await expect(writer.commit()).rejects.toThrow(InvalidPathError);
    await writer.close();
    const next = await driver.writer(FILE, { append: true });
    await expect(next.commit()).rejects.toThrow(InvalidPathError);
    await next.commit(BLOB);
    expect(await contentOf(driver, BLOB)).toBe(textFrom(0, 3 * PART));
    await expect(driver.writer(FILE, { destination: 'relative' })).rejects.toThrow(InvalidPathError);
  });

  it('takes a file for complete whose parts an attempt had put together whose answer was lost', async () => {
    const complete = store.completeParts.bind(store);
    store.completeParts = async (...args) => {
      await complete(...args);
      return complete(...args);
    };
    await write(3 * PART, {}, 'commit');
    expect(await contentOf(driver, FILE)).toBe(textFrom(0, 3 * PART));
  });

  it('rejects where the file was deleted meanwhile, with its parts', async () => {
    await write(2 * PART, { append: true });
    const writer = await driver.writer(FILE, { append: true });
    await driver.delete(FILE);
    expect(await unfinished(store)).toEqual([]);
    await expect(writer.commit()).rejects.toThrow(PathNotFoundError);
    expect(await keysOf(store)).toEqual([]);
  });

  it.each(['write', 'flush', 'close', 'commit'] as const)('fails at %s after a part has failed', async (call) => {
    const failure = new Error('no room');
    const putPart = store.putPart.bind(store);
    store.putPart = (upload, number, content) =>
      number === 2 ? Promise.reject(failure) : putPart(upload, number, content);
    const writer = await driver.writer(FILE);
    await writer.write(Buffer.alloc(2 * PART + 1));
    for (let i = 0; i < 10; i++) await Promise.resolve();
    if (call === 'flush') await expect(writer.write(Buffer.alloc(1))).rejects.toBe(failure);
    const late = call === 'write' ? writer.write(Buffer.alloc(1)) : writer[call]();
    await expect(late).rejects.toBe(failure);
    if (call === 'write' || call === 'flush') await writer.cancel();
    expect([await keysOf(store), await unfinished(store)]).toEqual([[], []]);
  });

  it('says what is too large', async () => {
    store = new MemoryObjectStore({ maxParts: 3 });
    const writer = await open(store).writer(FILE);
    await writer.write(Buffer.alloc(3 * PART));
    await writer.write(Buffer.alloc(PART));
    await expect(writer.commit()).rejects.toThrow(UnsupportedError);
    expect(await unfinished(store)).toEqual([]);
  });

  it('sends so many parts at a time, and holds the sender back', async () => {
    let [underway, most] = [0, 0];
    const release: (() => void)[] = [];
    const putPart = store.putPart.bind(store);
    store.putPart = async (...args) => {
      most = Math.max(most, ++underway);
      await new Promise<void>((resolve) => release.push(resolve));
      underway--;
      return putPart(...args);
    };
    const writer = await driver.writer(FILE);
    let taken = 0;
    const writing = (async () => {
      for (; taken < 6; taken++) await writer.write(Buffer.from(textFrom(taken * PART, PART)));
      await writer.commit();
    })();
    while (release.length < 2) await setImmediate();
    expect(taken).toBeLessThanOrEqual(3);
    while ((await Promise.race([writing.then(() => 'done'), setImmediate()])) !== 'done') {
      release.shift()?.();
    }
    expect(most).toBe(2);
    expect(await contentOf(driver, FILE)).toBe(textFrom(0, 6 * PART));
  });
});

const session = fc.record({
  begin: fc.constantFrom('anew', 'append', 'append', 'offset', 'offset'),
  pick: fc.nat(2),
  chunks: fc.array(fc.nat(3 * PART), { maxLength: 3 }),
  ending: fc.constantFrom('close', 'close', 'close', 'commit', 'move', 'cancel'),
  isPlaceKnown: fc.boolean(),
});

/** What is to be at a path. */
interface Model {
  text: string;
  isComplete: boolean;
  /** Where a writer may begin. */
  sizes: number[];
}

describe('writers one after the other', () => {
  it('leave what a simple model says, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(session, { minLength: 1, maxLength: 7 }), async (sessions) => {
        const store = new MemoryObjectStore();
        const driver = open(store);
        let file: Model | null = null;
        let blob: string | null = null;
        let at = 0;
        for (const { begin, pick, chunks, ending, isPlaceKnown } of sessions) {
          const isContinued: boolean = begin !== 'anew' && file !== null;
          const sizes: number[] = isContinued && file ? [0, ...file.sizes] : [0];
          const offset: number = begin === 'append' ? (sizes.at(-1) ?? 0) : (sizes[pick % sizes.length] ?? 0);
          const writer = await driver.writer(FILE, {
            append: begin !== 'anew',
            ...(begin === 'offset' && { offset }),
            ...(isPlaceKnown && ending === 'move' && { destination: BLOB }),
          });
          let text: string = isContinued && file ? file.text.slice(0, offset) : '';
          if (isContinued && file && offset < file.text.length) {
            file = { text, isComplete: file.isComplete, sizes: file.sizes.filter((size) => size <= offset) };
          }
          expect(writer.size).toBe(text.length);
          for (const length of chunks) {
            at += 31;
            const chunk = textFrom(at, length);
            await writer.write(Buffer.from(chunk));
            text += chunk;
          }
          const isMovable = await (ending === 'move'
            ? writer.commit(BLOB).then(() => true, isBound)
            : writer[ending]());
          if (ending === 'close')
            file = {
              text,
              isComplete: false,
              sizes: [...new Set(isContinued ? [offset, text.length] : [text.length])],
            };
          if (ending === 'commit') file = { text, isComplete: true, sizes: [text.length] };
          if (ending === 'move' && isMovable) {
            blob = text;
            if (isContinued) file = null;
          }
          if (ending === 'move' && !isMovable) await writer.cancel();

          expect(await contentOf(driver, BLOB)).toBe(blob);
          expect(await sizeOf(driver, FILE)).toBe(file?.text.length ?? null);
          if (file?.isComplete) expect(await contentOf(driver, FILE)).toBe(file.text);
        }
        if (file) {
          const writer = await driver.writer(FILE, { append: true });
          await writer.commit().catch(() => writer.commit(BLOB));
          expect([await contentOf(driver, FILE), await contentOf(driver, BLOB)]).toContain(file.text);
        }
        expect(await unfinished(store)).toEqual([]);
        expect((await keysOf(store)).filter((key) => key.includes('!'))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});

/** Whether a commit failed for no other reason than the place. */
function isBound(error: unknown): false {
  if (error instanceof InvalidPathError) return false;
  throw error;
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { everyByte } from './contract/support.contract.js';
import { FileReader, type SeekOrigin } from './file-reader.js';
import { FilesystemStorageDriver } from './filesystem/filesystem-storage-driver.js';
import { MemoryStorageDriver } from './memory/memory-storage-driver.js';
import type { StorageDriver } from './storage-driver.js';
import {
  FileReaderClosedError,
  InvalidOffsetError,
  InvalidPathError,
  PathNotFoundError,
  TruncatedFileError,
} from './storage-error.js';

/** More than two chunks of the filesystem driver. */
const SIZE = 700_001;
const CONTENT = everyByte(SIZE);
const PATH = '/folder/file';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stowage-file-reader-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes the content in pieces, so that a driver that keeps pieces has several. */
async function store(driver: StorageDriver, content: Buffer = CONTENT, piece = 100_000): Promise<void> {
  const writer = await driver.writer(PATH);
  for (let at = 0; at < content.length; at += piece) await writer.write(content.subarray(at, at + piece));
  await writer.commit();
}

const DRIVERS: [string, () => Promise<StorageDriver>][] = [
  ['memory', async () => new MemoryStorageDriver()],
  ['the filesystem', async () => new FilesystemStorageDriver(await mkdtemp(join(folder, 'root-')))],
];

type Call =
  | { readonly kind: 'length' | 'target'; readonly bytes: number }
  | { readonly kind: 'seek'; readonly offset: number; readonly origin: SeekOrigin };

/** Small and large ones, so that they end within a chunk, at its end and beyond it. */
const bytes = fc.oneof(fc.nat(50), fc.nat(300_000), fc.constantFrom(65_536, 100_000, 262_144, SIZE));
const calls: fc.Arbitrary<Call> = fc.oneof(
  fc.record({ kind: fc.constantFrom('length' as const, 'target' as const), bytes }),
  fc.record({
    kind: fc.constant('seek' as const),
    offset: fc.oneof(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -SIZE - 5, max: SIZE + 5 })),
    origin: fc.constantFrom<SeekOrigin>('start', 'current', 'end'),
  }),
);

describe.each(DRIVERS)('FileReader on %s', (_name, create) => {
  let driver: StorageDriver;
  let reader: FileReader;

  beforeAll(async () => {
    driver = await create();
    await store(driver);
  });
  beforeEach(async () => {
    await reader?.close();
    reader = await FileReader.open(driver, PATH);
  });
  afterAll(() => reader.close());

  it('begins at the start and knows the file', async () => {
    const { modifiedAt } = await driver.stat(PATH);
    expect([reader.path, reader.size, reader.position, reader.modifiedAt]).toEqual([PATH, SIZE, 0, modifiedAt]);
  });

  it('gives, for any reads and seeks, the slices of the content', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(calls, { maxLength: 12 }), async (sequence) => {
        const fresh = await FileReader.open(driver, PATH);
        let position = 0;
        for (const call of sequence) {
          position = call.kind === 'seek' ? await seek(fresh, call, position) : await read(fresh, call, position);
          expect(fresh.position).toBe(position);
        }
        await fresh.close();
      }),
      { numRuns: 60 },
    );
  });

  async function seek(on: FileReader, { offset, origin }: Call & { kind: 'seek' }, position: number): Promise<number> {
    const target = { start: 0, current: position, end: SIZE }[origin] + offset;
    if (target >= 0 && target <= SIZE) {
      expect(await on.seek(offset, origin)).toBe(target);
      return target;
    }
    await expect(on.seek(offset, origin)).rejects.toEqual(new InvalidOffsetError(PATH, target));
    return position;
  }

  async function read(on: FileReader, call: Call & { kind: 'length' | 'target' }, position: number): Promise<number> {
    const expected = CONTENT.subarray(position, position + call.bytes);
    if (call.kind === 'length') {
      expect(expected.equals(await on.read(call.bytes))).toBe(true);
      return position + expected.length;
    }
    const target = new Uint8Array(call.bytes);
    expect(await on.read(target)).toBe(expected.length);
    expect(expected.equals(target.subarray(0, expected.length))).toBe(true);
    return position + expected.length;
  }

  it('tells the end by no bytes, not with the last ones, and goes on after a seek back', async () => {
    await reader.seek(-3, 'end');
    expect(CONTENT.subarray(-3).equals(await reader.read(10))).toBe(true);
    expect(await reader.read(10)).toHaveLength(0);
    expect(await reader.read(new Uint8Array(10))).toBe(0);
    await reader.seek(-3, 'current');
    expect(CONTENT.subarray(-3).equals(await reader.read(10))).toBe(true);
  });

  it('leaves alone what the file does not fill of a target', async () => {
    await reader.seek(-1, 'end');
    const target = new Uint8Array([7, 7, 7]);
    expect(await reader.read(target)).toBe(1);
    expect([...target]).toEqual([CONTENT.at(-1), 7, 7]);
  });

  it('runs calls that are not waited for one after the other', async () => {
    const [first, second, , third] = await Promise.all([
      reader.read(5),
      reader.read(5),
      reader.seek(100),
      reader.read(5),
    ]);
    expect(CONTENT.subarray(0, 10).equals(Buffer.concat([first, second]))).toBe(true);
    expect(CONTENT.subarray(100, 105).equals(third)).toBe(true);
    expect(reader.position).toBe(105);
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'does not seek to %d',
    async (offset) => {
      await reader.seek(10);
      await expect(reader.seek(offset)).rejects.toThrow(InvalidOffsetError);
      expect(reader.position).toBe(10);
    },
  );

  it.each([-1, 0.5, Number.NaN])('does not read %d bytes', async (length) => {
    await expect(reader.read(length)).rejects.toThrow(RangeError);
  });

  it('closes without an error, as often as asked, and is of no use afterwards', async () => {
    await reader.read(1);
    await reader.close();
    await reader.close();
    for (const call of [reader.read(1), reader.read(new Uint8Array(1)), reader.read(0), reader.seek(0)]) {
      await expect(call).rejects.toEqual(new FileReaderClosedError(PATH));
    }
    expect(reader.position).toBe(1);
  });

  it('reads an empty file to its end at once', async () => {
    await driver.putContent('/empty', Buffer.alloc(0));
    const empty = await FileReader.open(driver, '/empty');
    expect(await empty.read(5)).toHaveLength(0);
    expect(await empty.seek(0, 'end')).toBe(0);
    await expect(empty.seek(1)).rejects.toThrow(InvalidOffsetError);
    await empty.close();
  });

  it.each([
    ['/missing', PathNotFoundError],
    ['/folder', PathNotFoundError],
    ['/a/../b', InvalidPathError],
  ])('does not open %s', async (path, error) => {
    await expect(FileReader.open(driver, path)).rejects.toThrow(error);
  });

  it('refuses a file that became shorter or went away, and reads on when it is back', async () => {
    const other = await create();
    await store(other);
    const lasting = await FileReader.open(other, PATH);
    await other.putContent(PATH, CONTENT.subarray(0, 10));
    await expect(lasting.read(20)).rejects.toEqual(new TruncatedFileError(PATH, SIZE, 10));
    expect(CONTENT.subarray(0, 10).equals(await lasting.read(10))).toBe(true);
    await other.delete(PATH);
    await lasting.seek(4);
    await expect(lasting.read(20)).rejects.toThrow(PathNotFoundError);
    expect(lasting.position).toBe(4);
    await store(other);
    expect(CONTENT.subarray(4, 24).equals(await lasting.read(20))).toBe(true);
    await lasting.close();
  });

  it('does not see what is appended after it was opened', async () => {
    const other = await create();
    await other.putContent(PATH, Buffer.from('abc'));
    const lasting = await FileReader.open(other, PATH);
    await other.putContent(PATH, Buffer.from('abcdef'));
    expect(String(await lasting.read(10))).toBe('abc');
    await lasting.close();
  });
});

/** Notes the streams that it opens, and what they bring. */
class ObservedDriver extends MemoryStorageDriver {
  readonly streams: Readable[] = [];
  /** Bytes that were taken from the streams. */
  taken = 0;
  /** Where the next stream breaks off, in bytes from where it begins. */
  breakAt: number | undefined;

  override async reader(path: string, offset?: number, length?: number): Promise<Readable> {
    const [source, breakAt] = [await super.reader(path, offset, length), this.breakAt];
    this.breakAt = undefined;
    const stream = Readable.from(this.observe(source, breakAt), { objectMode: false });
    this.streams.push(stream);
    return stream;
  }

  private async *observe(source: Readable, breakAt = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
    let sent = 0;
    for await (const chunk of source) {
      if (sent + chunk.length > breakAt) {
        yield chunk.subarray(0, breakAt - sent);
        throw new Error('the disk is broken');
      }
      sent += chunk.length;
      this.taken += chunk.length;
      yield chunk;
    }
  }
}

describe('FileReader', () => {
  let driver: ObservedDriver;
  let reader: FileReader;

  beforeEach(async () => {
    driver = new ObservedDriver();
    await store(driver);
    reader = await FileReader.open(driver, PATH);
  });

  it('opens the file only when it is read, and once for reads that follow each other', async () => {
    await reader.seek(1000);
    expect(driver.streams).toHaveLength(0);
    for (let i = 0; i < 5; i++) await reader.read(100_000);
    expect(driver.streams).toHaveLength(1);
  });

  it('keeps what is read ahead on a seek into it, and lets go of the stream on a seek to elsewhere', async () => {
    await reader.read(10);
    for (const offset of [10, 500, 99_999, 100_000]) {
      await reader.seek(offset);
      expect(CONTENT.subarray(offset, offset + 1).equals(await reader.read(1))).toBe(true);
    }
    expect(driver.streams).toHaveLength(1);
    await reader.seek(0);
    expect(driver.streams.map(({ destroyed }) => destroyed)).toEqual([true]);
    await reader.read(1);
    await reader.seek(600_000);
    expect(CONTENT.subarray(600_000, 600_010).equals(await reader.read(10))).toBe(true);
    expect(driver.streams.map(({ destroyed }) => destroyed)).toEqual([true, true, false]);
  });

  it('keeps the stream when a seek is refused', async () => {
    await reader.read(10);
    await expect(reader.seek(-1)).rejects.toThrow(InvalidOffsetError);
    await reader.read(10);
    expect(driver.streams).toHaveLength(1);
  });

  it('lets go of the stream at the end and when it is closed', async () => {
    await reader.read(SIZE);
    expect(driver.streams.map(({ destroyed }) => destroyed)).toEqual([true]);
    await reader.seek(0);
    await reader.read(1);
    await reader.close();
    expect(driver.streams.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });

  it('reads ahead no more than a little of a large file', async () => {
    const large = Buffer.alloc(16 * 1024 ** 2);
    await store(driver, large, 65_536);
    const slow = await FileReader.open(driver, PATH);
    driver.taken = 0;
    await slow.read(1);
    expect(driver.taken).toBeLessThanOrEqual(4 * 65_536);
    await slow.close();
  });

  it('passes on the failure of a stream, stays where it was, and reads again', async () => {
    await reader.read(10);
    await reader.seek(5);
    driver.breakAt = 150_000;
    await expect(reader.read(200_000)).rejects.toThrow('the disk is broken');
    expect(reader.position).toBe(5);
    expect(CONTENT.subarray(5, 200_005).equals(await reader.read(200_000))).toBe(true);
    expect(driver.streams.map(({ destroyed }) => destroyed)).toEqual([true, true, false]);
  });

  it('passes on a failure that came while nobody read', async () => {
    driver.breakAt = 100_000;
    expect(CONTENT.subarray(0, 100_000).equals(await reader.read(100_000))).toBe(true);
    await expect(reader.read(1)).rejects.toThrow('the disk is broken');
    expect(CONTENT.subarray(100_000, 100_001).equals(await reader.read(1))).toBe(true);
  });

  it.each(['the stream brings nothing', 'the driver opens it'])(
    'ends a read when it is closed while %s',
    async (when) => {
      const [asked, opening] = [Promise.withResolvers<void>(), Promise.withResolvers<Readable>()];
      const silent = new Readable({ read: () => asked.resolve() });
      const stuck = new (class extends MemoryStorageDriver {
        override reader(): Promise<Readable> {
          if (when === 'the driver opens it') asked.resolve();
          else opening.resolve(silent);
          return opening.promise;
        }
      })();
      await store(stuck);
      const waiting = await FileReader.open(stuck, PATH);
      const refused = expect(waiting.read(1)).rejects.toEqual(new FileReaderClosedError(PATH));
      await asked.promise;
      let isOpened = when === 'the stream brings nothing';
      const closed = waiting.close().then(() => isOpened);
      await setImmediate();
      isOpened = true;
      opening.resolve(silent);
      expect(await closed).toBe(true);
      expect(silent.destroyed).toBe(true);
      await refused;
    },
  );
});

import type { Readable } from 'node:stream';
import type { StorageDriver } from './storage-driver.js';
import { FileReaderClosedError, InvalidOffsetError, PathNotFoundError, TruncatedFileError } from './storage-error.js';

/** What an offset is counted from. */
export type SeekOrigin = 'start' | 'current' | 'end';

const NOTHING = new Uint8Array();

/**
 * Reads one file of a storage driver from any position: the remote file reader of the first registries. It reads ahead
 * as far as a stream of the driver does, which holds a few hundred KiB whatever the size of the file; the stream is
 * opened by the first read and again by the first one after a seek to elsewhere. Each call begins when those before it
 * are over. It has to be closed, so that the driver can let go of the file.
 *
 * The size is that of the moment of opening: what is appended later is not seen, and a file that has become shorter is
 * an error. An error of the driver comes back from the call that met it and is not kept: the position stays where it
 * was, and the next read opens the file again. Only `close` lasts.
 *
 * What was wrong with the original, or with what became of it in Distribution, and is not with this one:
 * - `close` returned the very error that later calls are refused with, also the first time, so that callers could not
 *   tell a close that failed. Here it resolves, as often as it is called.
 * - The end came together with the last bytes, and a read could bring fewer bytes than asked for at any time. Here a
 *   read brings all of them unless the file ends; the end is a read of 0 bytes, and no error.
 * - A file that was missing when it came to be read was read as an empty one. Here it is an error.
 * - Distribution seeks behind the end, where only a read tells that nothing is. Here, as in the original, it does not.
 * - A seek within what was read ahead threw it away. Here it is kept.
 * - The first version moved by the origin in place of the offset, and refused to go to the end.
 */
export class FileReader {
  private offset = 0;
  private stream: Readable | null = null;
  private chunks: AsyncIterator<Uint8Array> | null = null;
  /** What came in beyond the position. */
  private ahead: Uint8Array = NOTHING;
  private isClosed = false;
  /** The call that is under way. It never rejects. */
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly driver: StorageDriver,
    readonly path: string,
    /** Bytes. */
    readonly size: number,
    readonly modifiedAt: Date,
  ) {}

  /** Rejects with `PathNotFoundError` when there is no file at `path`, and with `InvalidPathError`. */
  static async open(driver: StorageDriver, path: string): Promise<FileReader> {
    const { size, modifiedAt, isDirectory } = await driver.stat(path);
    if (isDirectory) throw new PathNotFoundError(path);
    return new FileReader(driver, path, size, modifiedAt);
  }

  /** Where the next read begins, in bytes from the start. */
  get position(): number {
    return this.offset;
  }

  /**
   * Reads as many bytes as `target` holds, or as the file still has; resolves to their number. Rejects with
   * `TruncatedFileError` when the file has become shorter, with `FileReaderClosedError`, and with what the driver
   * rejects with; `target` then holds nothing of use.
   */
  read(target: Uint8Array): Promise<number>;
  /** Reads `length` bytes, or as many as the file still has. Rejects with the same errors, and with `RangeError`. */
  read(length: number): Promise<Buffer>;
  read(wanted: Uint8Array | number): Promise<number | Buffer> {
    return this.inTurn(async () => {
      const rest = this.size - this.offset;
      if (typeof wanted !== 'number') return this.fill(wanted.subarray(0, rest));
      if (!Number.isSafeInteger(wanted) || wanted < 0) throw new RangeError(`${wanted} is not a number of bytes`);
      const target = Buffer.allocUnsafe(Math.min(wanted, rest));
      await this.fill(target);
      return target;
    });
  }

  /**
   * Moves the position to `offset` bytes, which may be negative, from `origin`; resolves to the new position. Rejects
   * with `InvalidOffsetError` when that is before the start or behind the end (the end itself is allowed), or is no
   * whole number, and with `FileReaderClosedError`; the position then stays where it was.
   */
  seek(offset: number, origin: SeekOrigin = 'start'): Promise<number> {
    return this.inTurn(async () => {
      const target = this.originOf(origin) + offset;
      if (!Number.isSafeInteger(target) || target < 0 || target > this.size) {
        throw new InvalidOffsetError(this.path, target);
      }
      const ahead = target - this.offset;
      if (ahead < 0 || ahead > this.ahead.length) this.letGo();
      else this.ahead = this.ahead.subarray(ahead);
      this.offset = target;
      return target;
    });
  }

  /** Lets go of the file. A read under way, and every later call but `close`, rejects with `FileReaderClosedError`. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.letGo();
    await this.last;
  }

  private originOf(origin: SeekOrigin): number {
    if (origin === 'start') return 0;
    return origin === 'current' ? this.offset : this.size;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(() => {
      this.requireOpen();
      return work();
    });
    // Whoever called is told of a failure; the next call begins all the same.
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** Fills the whole of `target`, which is not longer than what is left of the file. */
  private async fill(target: Uint8Array): Promise<number> {
    let filled = 0;
    try {
      while (filled < target.length) {
        if (this.ahead.length === 0) this.ahead = await this.receive(this.offset + filled);
        const part = this.ahead.subarray(0, target.length - filled);
        target.set(part, filled);
        filled += part.length;
        this.ahead = this.ahead.subarray(part.length);
      }
    } catch (error) {
      this.letGo();
      this.requireOpen();
      throw error;
    }
    this.offset += filled;
    if (this.offset === this.size) this.letGo();
    return filled;
  }

  /** The next chunk of the stream, which stands at `offset`. */
  private async receive(offset: number): Promise<Uint8Array> {
    this.chunks ??= await this.openAt(offset);
    const { done, value } = await this.chunks.next();
    if (done) throw new TruncatedFileError(this.path, this.size, offset);
    return value;
  }

  private async openAt(offset: number): Promise<AsyncIterator<Uint8Array>> {
    const stream = await this.driver.reader(this.path, offset, this.size - offset);
    this.stream = stream;
    if (this.isClosed) this.letGo();
    return stream[Symbol.asyncIterator]();
  }

  private letGo(): void {
    this.stream?.destroy();
    this.stream = null;
    this.chunks = null;
    this.ahead = NOTHING;
  }

  private requireOpen(): void {
    if (this.isClosed) throw new FileReaderClosedError(this.path);
  }
}

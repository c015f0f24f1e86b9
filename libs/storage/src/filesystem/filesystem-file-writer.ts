import { closeSync } from 'node:fs';
import { FileWriter } from '../storage-driver.js';
import { WriterClosedError } from '../storage-error.js';
import { closeFile, syncData, truncateFile } from './descriptor.js';
import { writeFailure } from './errno.js';
import type { Linux } from './linux.js';
import { requireFilePath } from './visible-path.js';
import { WriteQueue } from './write-queue.js';
import { Writeback } from './writeback.js';

/** A file that was opened for a writer. */
export interface WritableFile {
  readonly path: string;
  readonly fd: number;
  /** Bytes that the writer continues after. */
  readonly size: number;
  /** Brings the file, whose content is durable, to `destination`, and makes that durable too. */
  readonly place: (destination: string) => Promise<void>;
  /** Removes a file that begins with this writer and is in no place yet; null where the file continues. */
  readonly discard: (() => Promise<void>) | null;
}

export class FilesystemFileWriter extends FileWriter {
  private state: WriterClosedError['state'] | 'open' = 'open';
  private readonly queue: WriteQueue;
  private written = 0;

  private readonly writeback: Writeback | null;

  constructor(
    private readonly file: WritableFile,
    linux: Linux | null,
  ) {
    super();
    this.writeback = linux && new Writeback(linux, file.fd, file.size);
    this.queue = new WriteQueue(file.fd, file.size, (end) => this.writeback?.advance(end));
  }

  get size(): number {
    return this.file.size + this.written;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.requireOpen();
    this.written += chunk.length;
    await this.queue.add(chunk);
  }

  async flush(): Promise<void> {
    this.requireOpen();
    await failingAt(this.file.path, () => this.queue.drain());
  }

  async close(): Promise<void> {
    this.requireOpen();
    await this.complete('closed', this.file.path);
  }

  async commit(destination = this.file.path): Promise<void> {
    this.requireOpen();
    requireFilePath(destination);
    await this.complete('committed', destination);
  }

  async cancel(): Promise<void> {
    this.requireOpen();
    this.state = 'cancelled';
    try {
      await failingAt(this.file.path, () => this.revert());
    } finally {
      await this.writeback?.settle();
      await closeFile(this.file.fd);
    }
  }

  private async complete(state: WriterClosedError['state'], destination: string): Promise<void> {
    this.state = state;
    try {
      await failingAt(this.file.path, () => this.persist());
      await failingAt(destination, () => this.file.place(destination));
    } catch (error) {
      // What is left of it is invisible; the failure that counts is the first.
      await this.file.discard?.().catch(() => {});
      throw error;
    }
  }

  private async persist(): Promise<void> {
    try {
      await this.queue.drain();
      await syncData(this.file.fd);
    } catch (error) {
      await this.queue.settle();
      await this.writeback?.settle();
      await closeFile(this.file.fd);
      throw error;
    }
    await this.writeback?.settle();
    // Nothing waits to be written, so closing does no I/O and needs no thread.
    closeSync(this.file.fd);
  }

  private async revert(): Promise<void> {
    await this.queue.settle();
    if (this.file.discard) return this.file.discard();
    await truncateFile(this.file.fd, this.file.size);
    await syncData(this.file.fd);
  }

  private requireOpen(): void {
    if (this.state !== 'open') throw new WriterClosedError(this.file.path, this.state);
  }
}

async function failingAt<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw writeFailure(path, error);
  }
}

import { FileWriter } from '../storage-driver.js';
import { WriterClosedError } from '../storage-error.js';
import { closeFile, syncData, truncateFile } from './descriptor.js';
import { writeFailure } from './errno.js';
import { WriteQueue } from './write-queue.js';

/** A file that was opened for a writer. */
export interface WritableFile {
  readonly path: string;
  readonly fd: number;
  /** Bytes that the writer continues after. */
  readonly size: number;
  /** Makes durable that the file is there, where it may not be yet. */
  readonly settle: () => Promise<void>;
  /** Undoes the opening of a file that begins with this writer; null where the file continues. */
  readonly discard: (() => Promise<void>) | null;
}

export class FilesystemFileWriter extends FileWriter {
  private state: WriterClosedError['state'] | 'open' = 'open';
  private readonly queue: WriteQueue;
  private written = 0;

  constructor(private readonly file: WritableFile) {
    super();
    this.queue = new WriteQueue(file.fd, file.size);
  }

  get size(): number {
    return this.file.size + this.written;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.requireOpen();
    this.written += chunk.length;
    await this.queue.add(chunk);
  }

  async close(): Promise<void> {
    await this.finish('closed', () => this.persist());
  }

  async commit(): Promise<void> {
    await this.finish('committed', () => this.persist());
  }

  async cancel(): Promise<void> {
    await this.finish('cancelled', () => this.revert());
  }

  private async persist(): Promise<void> {
    await this.queue.drain();
    await syncData(this.file.fd);
    await this.file.settle();
  }

  private async revert(): Promise<void> {
    await this.queue.settle();
    if (this.file.discard) return this.file.discard();
    await truncateFile(this.file.fd, this.file.size);
    await syncData(this.file.fd);
  }

  private async finish(state: WriterClosedError['state'], work: () => Promise<void>): Promise<void> {
    this.requireOpen();
    this.state = state;
    try {
      await work();
    } catch (error) {
      throw writeFailure(this.file.path, error);
    } finally {
      await this.queue.settle();
      await closeFile(this.file.fd);
    }
  }

  private requireOpen(): void {
    if (this.state !== 'open') throw new WriterClosedError(this.file.path, this.state);
  }
}

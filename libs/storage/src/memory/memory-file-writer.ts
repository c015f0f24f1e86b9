import { FileWriter } from '../storage-driver.js';
import { WriterClosedError } from '../storage-error.js';
import type { MemoryFile } from './memory-tree.js';

export class MemoryFileWriter extends FileWriter {
  private state: WriterClosedError['state'] | 'open' = 'open';
  private readonly chunks: Buffer[] = [];
  private written = 0;

  /** `discard` takes away a file that begins with this writer. */
  constructor(
    private readonly path: string,
    private readonly file: MemoryFile,
    private readonly discard: () => void,
  ) {
    super();
  }

  get size(): number {
    return this.file.size + this.written;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.requireOpen();
    this.chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    this.written += chunk.length;
  }

  async close(): Promise<void> {
    this.finish('closed');
  }

  async commit(): Promise<void> {
    this.finish('committed');
  }

  async cancel(): Promise<void> {
    this.requireOpen();
    this.state = 'cancelled';
    this.written = 0;
    this.discard();
  }

  private finish(state: 'closed' | 'committed'): void {
    this.requireOpen();
    this.state = state;
    this.written = 0;
    this.file.content = [...this.file.content, ...this.chunks];
  }

  private requireOpen(): void {
    if (this.state !== 'open') throw new WriterClosedError(this.path, this.state);
  }
}

import { FileWriter } from '../storage-driver.js';
import { WriterClosedError } from '../storage-error.js';
import { requirePath } from '../storage-path.js';
import type { MemoryFile } from './memory-tree.js';

export class MemoryFileWriter extends FileWriter {
  private state: WriterClosedError['state'] | 'open' = 'open';
  private readonly chunks: Buffer[] = [];
  /** How many of the chunks nobody else may change. */
  private owned = 0;
  private written = 0;

  /** `place` brings the file to where it belongs once it is complete. */
  constructor(
    private readonly path: string,
    private readonly file: MemoryFile,
    private readonly place: (destination: string) => void,
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

  async flush(): Promise<void> {
    this.requireOpen();
    for (; this.owned < this.chunks.length; this.owned++) {
      this.chunks[this.owned] = Buffer.from(this.chunks[this.owned] as Buffer);
    }
  }

  async close(): Promise<void> {
    this.requireOpen();
    this.complete('closed', this.path);
  }

  async commit(destination = this.path): Promise<void> {
    this.requireOpen();
    requirePath(destination);
    this.complete('committed', destination);
  }

  async cancel(): Promise<void> {
    this.requireOpen();
    this.state = 'cancelled';
    this.written = 0;
  }

  private complete(state: 'closed' | 'committed', destination: string): void {
    this.state = state;
    this.written = 0;
    this.file.content = [...this.file.content, ...this.chunks];
    this.place(destination);
  }

  private requireOpen(): void {
    if (this.state !== 'open') throw new WriterClosedError(this.path, this.state);
  }
}

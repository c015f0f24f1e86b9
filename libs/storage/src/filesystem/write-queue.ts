import { writeFully } from './descriptor.js';

/** One call of the operating system for so many bytes is where more no longer pays. */
const BATCH_BYTES = 1024 * 1024;
/** Keeps a flood of tiny chunks from being held in memory at a multiple of their size. */
const BATCH_CHUNKS = 1024;

/**
 * Writes chunks one after the other in batches: one is being written while the next fills, and the sender waits when
 * both are full. A failure is reported by the next call.
 */
export class WriteQueue {
  private chunks: Uint8Array[] = [];
  private bytes = 0;
  private underway: Promise<void> | null = null;
  private failure: { readonly error: unknown } | null = null;

  constructor(
    private readonly fd: number,
    private position: number,
  ) {}

  /** Resolves when there is room for another chunk. */
  async add(chunk: Uint8Array): Promise<void> {
    this.throwFailure();
    if (chunk.length > 0) this.chunks.push(chunk);
    this.bytes += chunk.length;
    while (this.isFull()) await this.proceed();
  }

  /** Resolves when all is written. */
  async drain(): Promise<void> {
    while (this.chunks.length > 0) await this.proceed();
    await this.settle();
    this.throwFailure();
  }

  /** Resolves when nothing is being written any more, whether it failed or not. */
  async settle(): Promise<void> {
    await this.underway;
  }

  private isFull(): boolean {
    return this.bytes >= BATCH_BYTES || this.chunks.length >= BATCH_CHUNKS;
  }

  /** Waits for the batch that is being written, or else begins to write the next. */
  private async proceed(): Promise<void> {
    this.throwFailure();
    if (this.underway) await this.underway;
    else this.underway = this.writeBatch();
  }

  private async writeBatch(): Promise<void> {
    const { chunks, position } = this;
    this.chunks = [];
    this.position += this.bytes;
    this.bytes = 0;
    try {
      await writeFully(this.fd, chunks, position);
    } catch (error) {
      this.failure = { error };
    } finally {
      this.underway = null;
    }
  }

  private throwFailure(): void {
    if (this.failure) throw this.failure.error;
  }
}

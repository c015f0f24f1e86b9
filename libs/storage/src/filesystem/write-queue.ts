import { writeFully } from './descriptor.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** One call of the operating system for so many bytes is where more no longer pays. */
const LARGEST_BATCH = MIB;
/** As much as a socket brings at a time. */
const SMALLEST_BATCH = 64 * KIB;
/** Keeps a flood of tiny chunks from being held in memory at a multiple of their size. */
const BATCH_CHUNKS = 1024;

/** The more of this all queues of the process hold, the smaller are their batches, which take more time for each byte. */
const ALL_BYTES = 48 * MIB;

/**
 * Writes chunks one after the other in batches: one is being written while the next fills, and the sender waits when
 * both are full. A failure is reported by the next call.
 */
export class WriteQueue {
  /** Bytes that all queues hold. */
  private static held = 0;
  private chunks: Uint8Array[] = [];
  private bytes = 0;
  private underway: Promise<void> | null = null;
  private failure: { readonly error: unknown } | null = null;

  constructor(
    private readonly fd: number,
    private position: number,
    /** Told how far the file is written. */
    private readonly onWritten: (end: number) => void = () => undefined,
  ) {}

  /** Resolves when there is room for another chunk. */
  async add(chunk: Uint8Array): Promise<void> {
    this.throwFailure();
    if (chunk.length > 0) this.chunks.push(chunk);
    this.bytes += chunk.length;
    WriteQueue.held += chunk.length;
    while (this.isFull()) await this.proceed();
  }

  /** Resolves when all is written. */
  async drain(): Promise<void> {
    while (this.chunks.length > 0) await this.proceed();
    await this.settle();
    this.throwFailure();
  }

  /** Drops what is not being written yet. Resolves when nothing is being written any more, whether it failed or not. */
  async settle(): Promise<void> {
    WriteQueue.held -= this.takeBatch().bytes;
    await this.underway;
  }

  private isFull(): boolean {
    const share = LARGEST_BATCH * (1 - WriteQueue.held / ALL_BYTES);
    return this.bytes >= Math.max(share, SMALLEST_BATCH) || this.chunks.length >= BATCH_CHUNKS;
  }

  private takeBatch(): { readonly chunks: readonly Uint8Array[]; readonly bytes: number } {
    const { chunks, bytes } = this;
    this.chunks = [];
    this.bytes = 0;
    return { chunks, bytes };
  }

  /** Waits for the batch that is being written, or else begins to write the next. */
  private async proceed(): Promise<void> {
    this.throwFailure();
    if (this.underway) await this.underway;
    else this.underway = this.writeBatch();
  }

  private async writeBatch(): Promise<void> {
    const { chunks, bytes } = this.takeBatch();
    const position = this.position;
    this.position += bytes;
    try {
      await writeFully(this.fd, chunks, position);
      this.onWritten(position + bytes);
    } catch (error) {
      this.failure = { error };
    } finally {
      WriteQueue.held -= bytes;
      this.underway = null;
    }
  }

  private throwFailure(): void {
    if (this.failure) throw this.failure.error;
  }
}

/** What the buffers of a pool are for depends on their sizes, in bytes. */
export interface PoolOptions {
  readonly size: number;
  /** How many buffers of that size are in use at a time, at most. */
  readonly limit: number;
  /** How many are kept for later while nobody uses them. */
  readonly kept: number;
  /** Of the buffers that are lent beyond the limit. */
  readonly smallSize: number;
}

/**
 * Lends buffers, the one that came back last first, as that is still in the processor's cache. Nobody has to wait for
 * one: where many are in use, because many wait for slow clients, the next is a small one.
 */
export class BufferPool {
  private readonly idle: Buffer[] = [];
  private lent = 0;

  constructor(private readonly options: PoolOptions) {}

  /** How many large buffers are lent. */
  get inUse(): number {
    return this.lent;
  }

  take(): Buffer {
    const { size, limit, smallSize } = this.options;
    if (this.lent === limit) return Buffer.allocUnsafeSlow(smallSize);
    this.lent++;
    return this.idle.pop() ?? Buffer.allocUnsafeSlow(size);
  }

  /** Takes back a buffer that nobody uses any more. */
  give(buffer: Buffer): void {
    if (this.forget(buffer) && this.idle.length < this.options.kept) this.idle.push(buffer);
  }

  /** Counts a buffer as no longer lent that somebody may still use; it is never lent again. Whether it was a large one. */
  forget(buffer: Buffer): boolean {
    const isLarge = buffer.length === this.options.size;
    if (isLarge) this.lent--;
    return isLarge;
  }
}

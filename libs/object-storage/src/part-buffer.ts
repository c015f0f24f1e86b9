/** What the first bytes of a file get, in bytes; twice as much each time it does not suffice. */
const FIRST_BYTES = 64 * 1024;

const NOTHING = Buffer.alloc(0);

/** Keeps buffers of whole parts for later, the one that came back last first: new memory has to be cleared first. */
export class PartPool {
  private readonly idle: Buffer[] = [];

  constructor(
    /** Bytes of a part. */
    private readonly size: number,
    /** How many buffers are kept while nobody uses them. */
    private readonly kept: number,
  ) {}

  take(size: number): Buffer {
    return (size === this.size && this.idle.pop()) || Buffer.allocUnsafeSlow(size);
  }

  /** Takes back a buffer that nobody uses any more. */
  give(buffer: Buffer): void {
    if (buffer.length === this.size && this.idle.length < this.kept) this.idle.push(buffer);
  }
}

/** Collects the bytes of one part. It takes no more memory than twice what is in it, unless that is nearly a part. */
export class PartBuffer {
  private buffer: Buffer = NOTHING;
  private filled = 0;

  constructor(
    private readonly size: number,
    private readonly pool: PartPool,
  ) {}

  get isFull(): boolean {
    return this.filled === this.size;
  }

  /** What was added. It is valid until more is added, or the buffer is released. */
  get content(): Buffer {
    return this.buffer.subarray(0, this.filled);
  }

  /** Copies as much of a chunk as there is room for; returns how many bytes. */
  add(chunk: Uint8Array): number {
    const taken = Math.min(chunk.length, this.size - this.filled);
    if (this.filled + taken > this.buffer.length) this.grow(this.filled + taken);
    this.buffer.set(taken === chunk.length ? chunk : chunk.subarray(0, taken), this.filled);
    this.filled += taken;
    return taken;
  }

  /** Hands over the content of a full buffer, which is empty then. */
  take(): Buffer {
    const full = this.buffer;
    this.buffer = NOTHING;
    this.filled = 0;
    return full;
  }

  /** Lets go of the memory; nothing may use the content any more. */
  release(): void {
    this.pool.give(this.take());
  }

  private grow(needed: number): void {
    const wanted = Math.max(needed, 2 * this.buffer.length, FIRST_BYTES);
    const larger = 2 * wanted > this.size ? this.pool.take(this.size) : Buffer.allocUnsafeSlow(wanted);
    this.content.copy(larger);
    this.buffer = larger;
  }
}

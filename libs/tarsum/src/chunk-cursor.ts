const EMPTY = Buffer.alloc(0);

/** A place in a stream that arrives in chunks, from which runs of bytes are read that may lie across chunks. */
export class ChunkCursor {
  #chunk: Buffer = EMPTY;
  #at = 0;
  #gathered: Buffer = EMPTY;
  #filled = 0;
  #offset = 0;

  /** Bytes read so far, those of a run that is not complete yet included. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether all bytes fed so far are read. */
  get exhausted(): boolean {
    return this.#at === this.#chunk.length;
  }

  /** What there is of a run that is not complete yet. */
  get partial(): Buffer {
    return this.#gathered.subarray(0, this.#filled);
  }

  /** Adds the next chunk, once the one before is exhausted. */
  feed(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** The next bytes, `limit` at the most. They are valid until the next chunk is fed. */
  take(limit: number): Buffer {
    const start = this.#at;
    return this.#chunk.subarray(start, start + this.skip(limit));
  }

  /** Passes over the next bytes, `limit` at the most; returns how many. */
  skip(limit: number): number {
    const count = Math.min(limit, this.#chunk.length - this.#at);
    this.#at += count;
    this.#offset += count;
    return count;
  }

  /** The next `size` bytes when all of them are there, otherwise `undefined`: to be called again after the next chunk. */
  gather(size: number): Buffer | undefined {
    if (this.#filled === 0) {
      const run = this.take(size);
      if (run.length === size) return run;
      this.#gathered = Buffer.alloc(size);
      this.#filled = run.copy(this.#gathered);
      return undefined;
    }
    this.#filled += this.take(size - this.#filled).copy(this.#gathered, this.#filled);
    if (this.#filled < size) return undefined;
    this.#filled = 0;
    return this.#gathered;
  }
}

import { Readable } from 'node:stream';
import { backOff } from './backoff.js';
import { unavailable } from './s3-error.js';

/** Bytes that are read ahead. */
const READ_AHEAD = 512 * 1024;

/** Bytes that a connection has to bring for those that broke before it to be forgotten. */
const PROGRESS = 64 * 1024;

/** Gives the content from a byte on, up to the end that was asked for at first, and rejects where that is no longer there. */
export type Reopen = (start: number, signal: AbortSignal) => Promise<Readable>;

export interface ContentSpan {
  /** The next byte. */
  readonly start: number;
  /** The last byte, included. */
  readonly end: number;
}

/**
 * The content of an object between two bytes, from one connection after the other where they break. A connection that
 * times out while nobody reads is no failure.
 */
export class ObjectContent extends Readable {
  private readonly abandoned = new AbortController();
  private position: number;
  private readonly end: number;
  /** Null where there is no connection. */
  private source: Readable | null = null;
  private sourceStart = 0;
  private failures = 0;
  private isOpening = false;

  constructor(
    source: Readable,
    { start, end }: ContentSpan,
    private readonly reopen: Reopen,
    /** Connections in a row that may bring nothing. */
    private readonly maxFailures: number,
  ) {
    super({ highWaterMark: READ_AHEAD });
    this.position = start;
    this.end = end;
    this.readFrom(source);
    if (start > end) this.finish();
  }

  override _read(): void {
    if (this.source) this.source.resume();
    else if (!this.isOpening) void this.goOn();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.abandoned.abort();
    this.source?.destroy();
    callback(error);
  }

  private readFrom(source: Readable): void {
    this.source = source;
    this.sourceStart = this.position;
    source.pause();
    source.on('data', (chunk: Buffer) => this.receive(source, chunk));
    let cause: unknown = new Error('the answer ended early');
    source.on('error', (error) => {
      cause = error;
    });
    source.once('close', () => this.lose(source, cause));
  }

  private receive(source: Readable, chunk: Buffer): void {
    if (this.source !== source) return;
    this.position += chunk.length;
    if (this.position - this.sourceStart >= PROGRESS) this.failures = 0;
    const wantsMore = this.push(chunk);
    if (this.position > this.end) this.finish();
    else if (!wantsMore) source.pause();
  }

  private finish(): void {
    // What is left of the answer is its end, which frees the connection for others.
    this.source?.resume();
    this.source = null;
    this.push(null);
  }

  private lose(source: Readable, cause: unknown): void {
    if (this.source !== source || this.destroyed) return;
    const isAwaited = source.readableFlowing === true;
    this.source = null;
    // Otherwise nobody waits for it, and the next `_read` opens the rest.
    if (isAwaited) this.fail(cause);
  }

  private fail(cause: unknown): void {
    if (this.failures++ === this.maxFailures) this.destroy(unavailable('GetObject', cause));
    else void this.goOn();
  }

  private async goOn(): Promise<void> {
    const { signal } = this.abandoned;
    this.isOpening = true;
    try {
      if (this.failures > 0) await backOff(this.failures, signal);
      const source = await this.reopen(this.position, signal);
      if (this.destroyed) source.destroy();
      else this.readFrom(source);
    } catch (error) {
      this.destroy(error as Error);
    } finally {
      this.isOpening = false;
    }
    this.source?.resume();
  }
}

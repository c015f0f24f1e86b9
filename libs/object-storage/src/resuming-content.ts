import { Readable } from 'node:stream';
import { DIRECT_INPUT, type DirectInput, directInputOf } from '#libs/storage';

export interface Resumption {
  /** Bytes that there are to give. */
  readonly length: number;
  /**
   * Opens the content behind so many bytes, after so many connections in a row that brought little, 0 where the last one
   * broke while nobody read. Rejects with the error of the stream where that cannot be. The signal says that nobody wants
   * it any more.
   */
  readonly open: (offset: number, breaks: number, abandoned: AbortSignal) => Promise<Readable>;
  /** How many connections in a row may break before much comes. */
  readonly maxBreaks: number;
  /** The error of the stream when there were too many. */
  readonly failure: (cause: Error) => Error;
}

/** Bytes that are read ahead. */
const HIGH_WATER_MARK = 512 * 1024;

/** Bytes that a connection has to bring for those that broke before it to be forgotten. */
const PROGRESS = 64 * 1024;

/**
 * Content that comes over connections which may break: it then goes on over another one from where it was. While nobody
 * reads, a broken connection is left alone, so that a slow reader costs no more than one connection each time it reads on.
 */
export class ResumingContent extends Readable {
  private source: Readable | null = null;
  private readonly abandoned = new AbortController();
  private given = 0;
  /** What was given before the connection that there is. */
  private givenBefore = 0;
  private breaks = 0;
  /** Whether a reader waits for the next bytes. */
  private wanted = false;

  constructor(
    first: Readable,
    private readonly resumption: Resumption,
  ) {
    super({ highWaterMark: HIGH_WATER_MARK });
    this.attach(first);
    if (resumption.length === 0) this.finish(first);
  }

  /** Of the connection that there is. */
  get [DIRECT_INPUT](): DirectInput | null {
    const { source } = this;
    const input = source && directInputOf(source);
    if (!input) return null;
    return {
      descriptor: () => (source === this.source && this.readableLength === 0 ? input.descriptor() : null),
      missing: () => input.missing(),
      wait: () => input.wait(),
      passed: (bytes) => {
        input.passed(bytes);
        if (this.advance(bytes) === 0) this.finish(source);
      },
    };
  }

  override _read(): void {
    this.wanted = true;
    if (this.source) this.source.resume();
    else void this.reopen();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const { source } = this;
    this.source = null;
    if (!this.readableEnded) this.abandoned.abort();
    source?.destroy();
    callback(error);
  }

  private attach(source: Readable): void {
    this.source = source;
    this.givenBefore = this.given;
    source.pause();
    source.on('data', (chunk: Buffer) => this.receive(source, chunk));
    source.on('error', (error) => this.lose(source, error));
    source.on('close', () => this.lose(source, new Error('the content ended early')));
    if (this.wanted) source.resume();
  }

  private receive(source: Readable, chunk: Buffer): void {
    if (source !== this.source) return;
    const left = this.advance(chunk.length);
    this.wanted = false;
    if (left < 0) {
      this.destroy(this.resumption.failure(new Error('there was more content than was asked for')));
      return;
    }
    if (!this.push(chunk)) source.pause();
    if (left === 0) this.finish(source);
  }

  /** Counts what was given; how many bytes are left. */
  private advance(bytes: number): number {
    this.given += bytes;
    if (this.given - this.givenBefore >= PROGRESS) this.breaks = 0;
    return this.resumption.length - this.given;
  }

  private finish(source: Readable): void {
    // What is left of the answer is its end, which lets go of the connection.
    this.source = null;
    source.resume();
    this.push(null);
  }

  private lose(source: Readable, cause: Error): void {
    if (source !== this.source) return;
    this.source = null;
    source.destroy();
    if (!this.wanted) return;
    this.breaks++;
    if (this.breaks > this.resumption.maxBreaks) this.destroy(this.resumption.failure(cause));
    else void this.reopen();
  }

  private async reopen(): Promise<void> {
    try {
      const source = await this.resumption.open(this.given, this.breaks, this.abandoned.signal);
      if (this.destroyed) source.destroy();
      else this.attach(source);
    } catch (error) {
      this.destroy(error as Error);
    }
  }
}

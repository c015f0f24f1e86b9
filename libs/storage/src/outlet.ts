import type { Writable } from 'node:stream';
import { SinkClosedError } from './storage-error.js';

/**
 * Hands chunks to a stream one after the other, without ending it. It has to be released when it is no longer needed.
 */
export class Outlet {
  private failure: Error | null = null;
  private reject: ((error: Error) => void) | null = null;

  constructor(
    private readonly sink: Writable,
    /** Of the file that is handed over. */
    private readonly path: string,
  ) {
    sink.on('error', this.fail);
    sink.on('close', this.end);
    if (sink.destroyed || sink.writableEnded) this.end();
  }

  /**
   * Resolves when the stream has no more use for the chunk, which must not be changed before that. Rejects with the error
   * of the stream, or with `SinkClosedError`; the chunk may then still be in use.
   */
  write(chunk: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failure) {
        reject(this.failure);
        return;
      }
      this.reject = reject;
      this.sink.write(chunk, (error) => (error ? this.break(error) : resolve()));
    });
  }

  /** Whether the stream may take more. */
  get isOpen(): boolean {
    return this.failure === null;
  }

  release(): void {
    this.sink.off('close', this.end);
    // A stream that breaks may tell so later, and nobody else might listen.
    if (!this.failure) this.sink.off('error', this.fail);
  }

  private readonly fail = (error: Error): void => {
    this.failure ??= error;
    this.reject?.(this.failure);
  };

  private readonly end = (): void => {
    this.fail(this.sink.errored ?? new SinkClosedError(this.path));
  };

  /** A stream that is destroyed gives back what it has not written yet with an error of its own. */
  private break(error: NodeJS.ErrnoException): void {
    if (error.code === 'ERR_STREAM_DESTROYED') this.end();
    else this.fail(error);
  }
}

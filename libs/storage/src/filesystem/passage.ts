import { closeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { DirectOutput } from '../direct-sink.js';
import { Turnstile } from '../turnstile.js';
import type { Linux } from './linux.js';

/** So much at a time, in bytes: somebody else may wait for the thread. */
const LARGEST_COPY = 2 * 1024 * 1024;

/** More threads at once would take the processors from the main thread, which everybody waits for. */
const COPIES = new Turnstile(2 * availableParallelism());

/** The way of a file to a socket inside the operating system. It has to be closed. */
export class Passage {
  /** A descriptor of our own: that of the stream may be closed, and given to another connection, at any time. */
  private socket = -1;

  constructor(
    private readonly linux: Linux,
    private readonly output: DirectOutput,
  ) {}

  /** Resolves with how many bytes of the file went to the socket; 0 where it takes none now. */
  async send(file: number, start: number, end: number): Promise<number> {
    const descriptor = this.output.descriptor();
    if (descriptor === null) return 0;
    if (this.socket === -1) this.socket = this.linux.duplicate(descriptor);
    const size = Math.min(end - start, LARGEST_COPY);
    const copied = await COPIES.pass(() => this.linux.copy(this.socket, file, start, size));
    if (copied > 0) this.output.passed(copied);
    return Math.max(copied, 0);
  }

  close(): void {
    if (this.socket !== -1) closeSync(this.socket);
  }
}

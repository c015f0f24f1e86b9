import type { Linux } from './linux.js';

/** Bytes that are handed to the disk together. */
const STEP = 8 * 1024 * 1024;

/** Has a file that grows written to the disk while more of it comes, so that there is less to wait for in the end. */
export class Writeback {
  private begun: number;
  private underway: Promise<void> | null = null;

  constructor(
    private readonly linux: Linux,
    private readonly fd: number,
    start: number,
  ) {
    this.begun = start;
  }

  /** Tells that the operating system has the file up to `end`. */
  advance(end: number): void {
    if (this.underway || end - this.begun < STEP) return;
    const start = this.begun;
    this.begun = end;
    this.underway = this.linux.beginWriteback(this.fd, start, end - start).finally(() => {
      this.underway = null;
    });
  }

  /** Resolves when the descriptor is no longer in use. */
  async settle(): Promise<void> {
    await this.underway;
  }
}

import type { Writable } from 'node:stream';
import { SingleBar } from 'cli-progress';

/** How far one part of the work has come. */
export interface ProgressState {
  /** The part, such as `blobs`. */
  readonly part: string;
  readonly value: number;
  readonly total: number;
  /** The same in words, such as `3 of 7`. */
  readonly text: string;
}

/** Shows people how far the work has come. */
export interface ProgressDisplay {
  show(state: ProgressState): void;
  /** Shows nothing more. */
  end(): void;
}

/** A bar on a terminal, one part after the other, which leaves the terminal as it was whenever the process dies. */
export class BarDisplay implements ProgressDisplay {
  private bar: { readonly part: string; readonly single: SingleBar } | null = null;

  constructor(private readonly stream: NodeJS.WritableStream) {}

  show({ part, value, total, text }: ProgressState): void {
    if (this.bar?.part === part) this.bar.single.update(value, { text });
    else {
      this.end();
      const single = new SingleBar({ stream: this.stream, format: FORMAT, barsize: 12, etaBuffer: 50, linewrap: true });
      single.start(total, value, { part, text });
      this.bar = { part, single };
    }
  }

  end(): void {
    this.bar?.single.stop();
    this.bar = null;
  }
}

/** Fits into 80 columns with thousands of blobs and hours to go. */
const FORMAT = '{part} [{bar}] {percentage}% {text} | {eta_formatted} left';

/** Milliseconds between two lines of one part. */
const INTERVAL = 10_000;

/** Plain lines, for a file or a log: one at the end of each part, and one now and then on the way. */
export class LineDisplay implements ProgressDisplay {
  private last: ProgressState | null = null;
  private printedAt: number;

  constructor(
    private readonly stream: Writable,
    /** Milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {
    this.printedAt = now();
  }

  show(state: ProgressState): void {
    if (this.last && this.last.part !== state.part) this.end();
    this.last = state;
    if (this.now() - this.printedAt >= INTERVAL) this.print(state);
  }

  end(): void {
    if (this.last) this.print(this.last);
    this.last = null;
  }

  private print({ part, text }: ProgressState): void {
    this.printedAt = this.now();
    this.stream.write(`${part}: ${text}\n`);
  }
}

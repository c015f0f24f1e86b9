import type { Bench } from '../bench.ts';
import type { Peer, PeerKind } from '../peers/peer.ts';

/** What a figure should be. */
export type Goal =
  /** Compared with the figure of a peer in the same run: at least, or at most, so many times as much. */
  | { readonly peer: string; readonly atLeast: number }
  | { readonly peer: string; readonly atMost: number }
  /** By itself. */
  | { readonly below: number }
  | { readonly above: number };

export interface Metric {
  /** Unique within its row, and stable: results are compared by it. */
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly goals?: readonly Goal[];
  /** Whether a comparison of results fails for it, as it does for figures with a goal. */
  readonly isWatched?: boolean;
}

export type Figures = Readonly<Record<string, number>>;

/** One kind of work, and what is measured of it. */
export interface Row {
  /** As `--only` takes it. */
  readonly id: string;
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** What kinds of peers can do this work. */
  readonly kinds: readonly PeerKind[];
  /** Fewer rounds than asked for, where one takes long. */
  readonly mostRounds?: number;
  /** A figure for each metric. Throws when the server does anything but the work, and NotSupportedError. */
  measure(bench: Bench, peer: Peer): Promise<Figures>;
}

/** The peer does not offer what the row measures. */
export class NotSupportedError extends Error {
  override readonly name = 'NotSupportedError';
}

export const REFERENCE = 'distribution';
export const MiB = 1024 ** 2;
export const GiB = 1024 ** 3;

import type { OciError } from '#libs/oci';
import type { ForeignFile } from './early-layout.js';
import type { Outcome } from './migration-context.js';

/** The kinds of files that are migrated, in this order: what is needed comes before what needs it. */
export const EARLY_KINDS = ['blob', 'link', 'manifest'] as const;

export type EarlyKind = (typeof EARLY_KINDS)[number];

/** How many files came to what end. */
export interface Tally {
  /** By this run; by a dry run, how many would be. */
  migrated: number;
  /** By an earlier run. */
  present: number;
  left: number;
}

/** An early file that was left alone, with everything that is wrong with it. */
export interface Problem {
  readonly kind: EarlyKind | ForeignFile['kind'];
  readonly path: string;
  readonly errors: readonly OciError[];
}

/** What is worth knowing about an early file that was migrated. */
export interface Notice {
  readonly path: string;
  readonly text: string;
}

export interface MigrationReport {
  readonly tallies: Readonly<Record<EarlyKind, Readonly<Tally>>>;
  /** None when all is migrated. */
  readonly problems: readonly Problem[];
  readonly notices: readonly Notice[];
  /** Early files that were removed. */
  readonly removed: number;
}

/** Is told what a migration does, as it does it. */
export interface MigrationObserver {
  /** So many bytes of blobs were read. */
  read?(bytes: number): void;
  /** One more file of this kind came to an end; `size` is that of a blob or manifest in bytes, and 0 for a link. */
  settled?(kind: EarlyKind, outcome: Outcome | 'left', size: number): void;
  /** One more early file was removed. */
  removed?(): void;
}

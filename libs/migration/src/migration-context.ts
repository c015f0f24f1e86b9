import type { LockManager, StorageDriver } from '#libs/storage';
import type { MigrationRecords } from './migration-records.js';

/** What each part of a migration works with. */
export interface MigrationContext {
  readonly storage: StorageDriver;
  readonly locks: LockManager;
  readonly records: MigrationRecords;
  /** Verify all, write nothing. */
  readonly dryRun: boolean;
  /** Read again what an earlier run migrated, instead of trusting its size. */
  readonly thorough: boolean;
}

/** Whether an early file was migrated by this run or by an earlier one. */
export type Outcome = 'migrated' | 'present';

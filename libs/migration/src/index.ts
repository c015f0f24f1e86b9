export { type EarlySurvey, isEmpty, surveyEarlyLayout } from './early-survey.js';
export { findLeftovers, type Leftover, type LeftoverKind } from './leftovers.js';
export { type MigrationOptions, type MigrationStorage, migrate } from './migration.js';
export { removeRecords } from './migration-records.js';
export {
  EARLY_KINDS,
  type EarlyKind,
  type MigrationObserver,
  type MigrationReport,
  type Notice,
  type Problem,
  type Tally,
} from './migration-report.js';

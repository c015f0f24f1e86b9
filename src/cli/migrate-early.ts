import { type EarlySurvey, type MigrationReport, migrate, type Problem } from '#libs/migration';
import { LockTimeoutError, type OpenStorage } from '#libs/storage';
import { CommandError } from './command-error.js';
import { MigrationProgress } from './migration-progress.js';
import { describeReport, describeSurvey, type MigrationRun } from './migration-text.js';
import { BarDisplay, LineDisplay, type ProgressDisplay } from './progress-display.js';
import type { ReportFile } from './report-file.js';

export interface EarlyRun extends MigrationRun {
  readonly storage: OpenStorage;
  readonly survey: EarlySurvey;
}

/** Migrates a root, tells how far it is, and at the end what came of it. */
export async function migrateEarly(run: EarlyRun, file: ReportFile): Promise<MigrationReport> {
  process.stdout.write(describeSurvey(run.root, run.survey));
  if (!run.dryRun && !run.storage.acrossProcesses) process.stderr.write(NO_LOCKS);
  const report = await migrateShowing(run);
  process.stdout.write(describeReport(report, run));
  await file.write(reportOf(report, run));
  return report;
}

const NO_LOCKS = 'This platform has no locks among processes: nothing else may use the root at the same time.\n';

async function migrateShowing({ root, storage, survey, dryRun, remove }: EarlyRun): Promise<MigrationReport> {
  const display: ProgressDisplay = process.stderr.isTTY
    ? new BarDisplay(process.stderr)
    : new LineDisplay(process.stderr);
  try {
    return await migrate(storage, { dryRun, remove, observer: new MigrationProgress(survey, display) });
  } catch (error) {
    if (!(error instanceof LockTimeoutError) || error.key !== 'migration') throw error;
    throw new CommandError(`another migration of ${root} is under way`, { cause: error });
  } finally {
    display.end();
  }
}

/** The report, for programs. */
function reportOf({ tallies, problems, notices, removed }: MigrationReport, { root, dryRun }: MigrationRun): object {
  const { blob: blobs, link: links, manifest: manifests } = tallies;
  return {
    root,
    layout: 'early',
    dryRun,
    blobs,
    links,
    manifests,
    problems: problems.map(problemOf),
    notices,
    removed,
  };
}

function problemOf({ kind, path, errors }: Problem): object {
  return { kind, path, errors: errors.map(({ code, message, detail }) => ({ code, message, detail })) };
}

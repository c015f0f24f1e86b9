import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { isEmpty, removeRecords, surveyEarlyLayout } from '#libs/migration';
import { checkCurrent } from './check-current.js';
import { codeOf, ExitCode, UsageError } from './command-error.js';
import { migrateEarly } from './migrate-early.js';
import { openRoot } from './open-root.js';
import { ReportFile } from './report-file.js';

interface MigrateOptions {
  readonly dryRun?: true;
  readonly remove?: true;
  readonly report?: string;
}

/** Adds `stowage migrate`; `exitWith` is told what to exit with. */
export function addMigrate(program: Command, exitWith: (code: number) => void): void {
  program
    .command('migrate')
    .summary('bring a storage of 2014 to the layout of today')
    .description(DESCRIPTION)
    .argument('<root>', 'folder of the storage: the one that holds docker/registry/v2')
    .addOption(new Option('--dry-run', 'verify everything, write nothing, tell what would be done').conflicts('remove'))
    .option('--remove', 'remove the early files when all of them are migrated and verified')
    .option('--report <file>', 'write the report to a file as well, as JSON')
    .addHelpText('after', EXIT_CODES)
    .action(async (root: string, options: MigrateOptions) => exitWith(await migrateRoot(resolve(root), options)));
}

/** Commander breaks the lines of each paragraph. */
const DESCRIPTION = [
  'Copies the content of a registry of 2014, which kept layers under their tarsums, to where the registries of today',
  'have it. Every file is verified on the way; one with a problem is left alone and reported. A run that was',
  'interrupted is continued by the next. The early files stay, unless --remove is given.\n\nA root of Distribution 2.0',
  'or newer needs no migration. It is searched for what crashes left behind, and not changed.',
].join(' ');

const EXIT_CODES = `
Exit codes:
  0  all is migrated, or nothing had to be
  1  something was left alone, or a failure ended the work
  2  the arguments make no sense`;

async function migrateRoot(root: string, options: MigrateOptions): Promise<number> {
  const { dryRun = false, remove = false, report } = options;
  await requireRegistry(root);
  const file = await ReportFile.open(report);
  try {
    const { driver } = await openRoot(root, { readOnly: true });
    const survey = await surveyEarlyLayout(driver);
    if (!isEmpty(survey)) {
      const storage = await openRoot(root, { readOnly: dryRun });
      const { problems } = await migrateEarly({ root, storage, survey, dryRun, remove }, file);
      return problems.length === 0 ? ExitCode.success : ExitCode.failure;
    }
    // A removal may have died when only these were left.
    if (remove) await removeRecords((await openRoot(root)).driver);
    await checkCurrent(root, driver, file);
    return ExitCode.success;
  } finally {
    await file.close();
  }
}

async function requireRegistry(root: string): Promise<void> {
  if (!(await isFolder(root))) throw new UsageError(`there is no folder ${root}`);
  if (await isFolder(join(root, 'docker/registry/v2'))) return;
  throw new UsageError(`there is no registry in ${root}: it has no folder docker/registry/v2`);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false;
    throw error;
  }
}

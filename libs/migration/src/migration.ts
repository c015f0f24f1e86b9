import { OciError, OciErrorList } from '#libs/oci';
import type { LockManager, StorageDriver } from '#libs/storage';
import { BlobMigrator } from './blob-migrator.js';
import {
  type EarlyBlob,
  type EarlyLink,
  type EarlyManifest,
  type ForeignFile,
  walkEarlyBlobs,
  walkEarlyRepositories,
} from './early-layout.js';
import { removeMigrated } from './early-removal.js';
import { LinkMigrator } from './link-migrator.js';
import { ManifestMigrator } from './manifest-migrator.js';
import type { MigrationContext, Outcome } from './migration-context.js';
import { MigrationRecords } from './migration-records.js';
import type { EarlyKind, MigrationObserver, MigrationReport, Notice, Problem, Tally } from './migration-report.js';

export interface MigrationOptions {
  /** Verify everything and write nothing. Reads need no lock then. */
  readonly dryRun?: boolean;
  /** Remove the early files when all of them are migrated; what earlier runs copied is read again before. */
  readonly remove?: boolean;
  readonly observer?: MigrationObserver;
}

/** The storage that a migration works on. */
export interface MigrationStorage {
  readonly driver: StorageDriver;
  readonly locks: LockManager;
}

/**
 * Copies what lies in the early layout to today's, and verifies each file on the way. A file with a problem is reported
 * and left alone. What is done is recorded, so that a run which was interrupted, by whatever, is continued by the next.
 *
 * One at a time: rejects with `LockTimeoutError` when another process migrates the same storage.
 */
export async function migrate(storage: MigrationStorage, options: MigrationOptions = {}): Promise<MigrationReport> {
  const run = () => new Migration(storage, options).run();
  return options.dryRun ? run() : storage.locks.exclusively('migration', run, { wait: 0 });
}

class Migration {
  private readonly context: MigrationContext;
  private readonly observer: MigrationObserver;
  private readonly blobs: BlobMigrator;
  private readonly links: LinkMigrator;
  private readonly manifests: ManifestMigrator;
  private readonly tallies = { blob: newTally(), link: newTally(), manifest: newTally() };
  private readonly problems: Problem[] = [];
  private readonly notices: Notice[] = [];

  constructor({ driver, locks }: MigrationStorage, options: MigrationOptions) {
    const { dryRun = false, remove = false, observer = {} } = options;
    const records = new MigrationRecords(driver, dryRun);
    this.context = { storage: driver, locks, records, dryRun, thorough: remove };
    this.observer = observer;
    this.blobs = new BlobMigrator(this.context, (bytes) => observer.read?.(bytes));
    this.links = new LinkMigrator(this.context);
    this.manifests = new ManifestMigrator(this.context);
  }

  async run(): Promise<MigrationReport> {
    const { storage, thorough, dryRun } = this.context;
    for await (const file of walkEarlyBlobs(storage)) {
      if (file.kind === 'foreign') this.leaveForeign(file);
      else await this.settle(file);
    }
    for await (const file of walkEarlyRepositories(storage)) {
      if (file.kind === 'foreign') this.leaveForeign(file);
      if (file.kind === 'link') await this.settle(file);
    }
    for await (const file of walkEarlyRepositories(storage)) {
      if (file.kind === 'manifest') await this.settle(file);
    }
    const mayRemove = thorough && !dryRun && this.problems.length === 0;
    const removed = mayRemove ? await removeMigrated(this.context, () => this.observer.removed?.()) : 0;
    return { tallies: this.tallies, problems: this.problems, notices: this.notices, removed };
  }

  private async settle(file: EarlyBlob | EarlyLink | EarlyManifest): Promise<void> {
    const outcome = await this.attempt(file);
    this.tallies[file.kind][outcome]++;
    this.observer.settled?.(file.kind, outcome, file.kind === 'link' ? 0 : file.size);
  }

  private async attempt(file: EarlyBlob | EarlyLink | EarlyManifest): Promise<Outcome | 'left'> {
    try {
      return await this.migrateFile(file);
    } catch (error) {
      this.leave(file.kind, file.path, errorsOf(error));
      return 'left';
    }
  }

  private async migrateFile(file: EarlyBlob | EarlyLink | EarlyManifest): Promise<Outcome> {
    if (file.kind === 'blob') return this.blobs.migrate(file);
    if (file.kind === 'link') return this.links.migrate(file);
    const { outcome, notices } = await this.manifests.migrate(file);
    for (const text of notices) this.notices.push({ path: file.path, text });
    return outcome;
  }

  private leaveForeign({ path }: ForeignFile): void {
    this.leave('foreign', path, [new OciError('UNSUPPORTED', undefined, { message: FOREIGN })]);
  }

  private leave(kind: EarlyKind | 'foreign', path: string, errors: readonly OciError[]): void {
    this.problems.push({ kind, path, errors });
  }
}

const FOREIGN = 'no early registry puts a file here';

function newTally(): Tally {
  return { migrated: 0, present: 0, left: 0 };
}

/** What is wrong with one file. All else, such as a full disk, ends the migration. */
function errorsOf(error: unknown): readonly OciError[] {
  if (error instanceof OciErrorList) return error.errors;
  if (error instanceof OciError) return [error];
  throw error;
}

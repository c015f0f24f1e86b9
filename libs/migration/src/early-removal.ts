import { deleteIfPresent } from '#libs/storage';
import { type EarlyLink, type EarlyManifest, walkEarlyBlobs, walkEarlyRepositories } from './early-layout.js';
import type { MigrationContext } from './migration-context.js';
import { removeRecords } from './migration-records.js';

/**
 * Removes the early files that are migrated, those first that need others, and at last the records, which until then let
 * a removal that was interrupted be continued. A file that came in meanwhile has no record, and stays with them.
 * Resolves to how many were removed.
 */
export async function removeMigrated(context: MigrationContext, onRemoved: () => void): Promise<number> {
  const { storage, records } = context;
  let removed = 0;
  let remaining = 0;
  const remove = async (path: string) => {
    if (!(await records.get(path))) remaining++;
    else if (await deleteIfPresent(storage, path)) {
      removed++;
      onRemoved();
    }
  };
  for await (const { path } of repositoryFiles(context, 'manifest')) await remove(path);
  for await (const { path } of repositoryFiles(context, 'link')) await remove(path);
  for await (const { path } of walkEarlyBlobs(storage)) await remove(path);
  if (remaining === 0) await removeRecords(storage);
  return removed;
}

async function* repositoryFiles(
  { storage }: MigrationContext,
  kind: 'manifest' | 'link',
): AsyncGenerator<EarlyLink | EarlyManifest> {
  for await (const file of walkEarlyRepositories(storage)) if (file.kind === kind) yield file;
}

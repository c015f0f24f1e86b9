import { join } from 'node:path';
import { findLeftovers, type Leftover } from '#libs/migration';
import type { StorageDriver } from '#libs/storage';
import type { ReportFile } from './report-file.js';
import { findUnfinishedFiles } from './unfinished-files.js';

/** Tells what crashes have left behind in a root that needs no migration. Servers pass over it, so it is no failure. */
export async function checkCurrent(root: string, storage: StorageDriver, file: ReportFile): Promise<void> {
  process.stdout.write(`${root} has the layout of today and needs no migration.\n`);
  const leftovers: Leftover[] = [];
  for await (const leftover of leftoversOf(root, storage)) {
    leftovers.push(leftover);
    process.stdout.write(`${leftover.kind}: ${join(root, leftover.path)}\n`);
  }
  const { length } = leftovers;
  process.stdout.write(length === 0 ? 'Nothing was left behind.\n' : `Left behind: ${length}. Servers pass over it.\n`);
  await file.write({ root, layout: 'current', leftovers });
}

async function* leftoversOf(root: string, storage: StorageDriver): AsyncGenerator<Leftover> {
  yield* findLeftovers(storage);
  for await (const path of findUnfinishedFiles(join(root, 'docker/registry'))) {
    yield { kind: 'temporary file', path: path.slice(root.length) };
  }
}

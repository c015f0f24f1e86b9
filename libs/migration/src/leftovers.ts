import { dirname } from 'node:path/posix';
import { pathOf, readLink, type StorageDriver, sizeIfPresent, walkIfPresent } from '#libs/storage';

export type LeftoverKind = 'broken link' | 'tag without link' | 'revision without link' | 'temporary file';

/** What a crash or a deletion of Distribution left behind. Servers pass over it. */
export interface Leftover {
  readonly kind: LeftoverKind;
  readonly path: string;
}

const LINK = /\/_(?:layers|manifests)\/.+\/link$/;
const TAG = /\/_manifests\/tags\/[^/]+$/;
const REVISION = /\/_manifests\/revisions\/[^/]+\/[^/]+$/;
/** Distribution from 3.1 on writes a file under its name with a UUID and this behind it. */
const TEMPORARY = /\.tmp$/;

/**
 * Finds, in the order of a walk, link files that are cut or empty, tags that point nowhere and revisions that are
 * unlinked because there is no link file at all, and temporary files.
 */
export async function* findLeftovers(storage: StorageDriver): AsyncGenerator<Leftover> {
  for await (const { path, isDirectory } of walkIfPresent(storage, dirname(pathOf.repositories()))) {
    const kind = await (isDirectory ? kindOfDirectory(storage, path) : kindOfFile(storage, path));
    if (kind) yield { kind, path };
  }
}

async function kindOfFile(storage: StorageDriver, path: string): Promise<LeftoverKind | null> {
  if (TEMPORARY.test(path)) return 'temporary file';
  return LINK.test(path) && (await isBroken(storage, path)) ? 'broken link' : null;
}

async function kindOfDirectory(storage: StorageDriver, path: string): Promise<LeftoverKind | null> {
  if (TAG.test(path) && (await sizeIfPresent(storage, `${path}/current/link`)) === null) return 'tag without link';
  if (REVISION.test(path) && (await sizeIfPresent(storage, `${path}/link`)) === null) return 'revision without link';
  return null;
}

/** One that is gone since the walk came by is not. */
async function isBroken(storage: StorageDriver, path: string): Promise<boolean> {
  return (await readLink(storage, path)) === null && (await sizeIfPresent(storage, path)) !== null;
}

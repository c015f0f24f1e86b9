import type { Stats } from 'node:fs';
import { boundedCache } from '../bounded-cache.js';
import { pathOf } from '../path-mapper.js';
import { InvalidPathError, PathNotFoundError } from '../storage-error.js';
import { lineageOf, parentOf } from '../storage-path.js';
import { inspectEntry, makeFolder, removeEmptyFolder } from './entry.js';
import { codeOf, LINK_RULE } from './errno.js';
import { FolderSyncs } from './folder-syncs.js';

/** Less the umask. */
const FOLDER_MODE = 0o777;
/** Of a folder that hides what lies below it from all users but ours. */
const SECRET_FOLDER_MODE = 0o700;
const REMEMBERED_FOLDERS = 16_384;
/** Each attempt fails only when somebody else got on, so this many in a row mean that the root is gone. */
const ATTEMPTS = 100;

/** What a work that needs a folder gave, and what has to be settled. */
export interface Prepared<T> {
  readonly result: T;
  readonly unsettled: Unsettled;
}

/** A folder that something is put into, which is durable after `Folders.settle`. */
export interface Unsettled {
  readonly folder: string;
  /** Those on the way to it, and itself, that may not be durable yet. */
  readonly uncertain: ReadonlyMap<string, KnownFolder>;
}

/** A folder that is no symbolic link. When it is removed, one that is made in its place is another. */
interface KnownFolder {
  /** Whether it survives a power cut. */
  isDurable: boolean;
}

/** The folders below the root. They come and go with what lies in them. */
export class Folders {
  private readonly known = boundedCache<KnownFolder>({ entries: REMEMBERED_FOLDERS });
  /** Folders that are being made: who needs one that somebody else makes waits for it. */
  private readonly making = new Map<string, Promise<void>>();
  private readonly syncs = new FolderSyncs();

  constructor(private readonly root: string) {}

  /** Where `path` lies in the file system. The root ends with a slash, so that it may be a symbolic link itself. */
  locate(path: string): string {
    return this.root + path;
  }

  /**
   * Makes sure that the way from the root to `folder` has no symbolic link, which might lead out of the root. A folder
   * is looked at once, as long as it is remembered. Throws `InvalidPathError` for a link and `PathNotFoundError` where
   * no folder is.
   */
  async verify(folder: string): Promise<void> {
    if (folder === '/' || this.known.get(folder)) return;
    await this.verify(parentOf(folder));
    if (!(await this.inspect(folder)).isDirectory()) throw new PathNotFoundError(folder);
    this.remember(folder);
  }

  /**
   * Runs `work` after making `folder`, and again when somebody removes the folder in between: `work` rejects with
   * `ENOENT` for nothing else.
   */
  async prepare<T>(folder: string, work: () => Promise<T>): Promise<Prepared<T>> {
    for (let attempt = 1; ; attempt++) {
      let isMade = false;
      try {
        const uncertain = await this.make(folder);
        isMade = true;
        const result = await work();
        return { result, unsettled: { folder, uncertain } };
      } catch (error) {
        if (codeOf(error) === 'ENOENT' && attempt < ATTEMPTS) this.forget(folder);
        else {
          if (isMade) await this.removeEmpty(folder);
          throw error;
        }
      }
    }
  }

  /** Removes `folder` and those that it lies in, as far as they are empty. Resolves with the lowest that stays. */
  async removeEmpty(folder: string): Promise<string> {
    let lowest = folder;
    while (lowest !== '/' && (await this.removeIfEmpty(lowest))) lowest = parentOf(lowest);
    return lowest;
  }

  /** Removes empty folders like `removeEmpty`, and makes durable that they are gone and what was taken out of them. */
  async tidy(folder: string): Promise<void> {
    await this.syncs.sync(this.locate(await this.removeEmpty(folder)));
  }

  /** Makes durable what the folders of `all` contain, and that they and those of `made` are there. */
  async settle(all: readonly Unsettled[], made: readonly Unsettled[] = []): Promise<void> {
    const folders = all.map(({ folder }) => folder);
    await this.syncWith(
      folders,
      [...all, ...made].flatMap(({ uncertain }) => [...uncertain]),
    );
  }

  /** Makes durable that the folders are there which the folder lies in. */
  async settleAncestors({ folder, uncertain }: Unsettled): Promise<void> {
    await this.syncWith(
      [],
      [...uncertain].filter(([path]) => path !== folder),
    );
  }

  /** Syncs the folders, and those that have the uncertain ones as entries. */
  private async syncWith(folders: readonly string[], uncertain: readonly [string, KnownFolder][]): Promise<void> {
    const entries = uncertain.filter(([, { isDurable }]) => !isDurable);
    const changed = new Set([...folders, ...entries.map(([path]) => parentOf(path))]);
    await Promise.all([...changed].map((path) => this.syncs.sync(this.locate(path))));
    for (const [, entry] of entries) entry.isDurable = true;
  }

  /** Resolves with whether the folder is gone. One that cannot be removed, for whatever reason, stays. */
  async removeIfEmpty(folder: string): Promise<boolean> {
    const entry = this.known.get(folder);
    this.known.delete(folder);
    try {
      await removeEmptyFolder(this.locate(folder));
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return true;
      if (entry && !this.known.has(folder)) this.known.set(folder, entry);
      return false;
    }
  }

  /** Makes what is missing of `folder`. Resolves with the folders on the way that may not be durable yet. */
  private async make(folder: string): Promise<Map<string, KnownFolder>> {
    const uncertain = new Map<string, KnownFolder>();
    if (this.known.get(folder)?.isDurable) return uncertain;
    for (const ancestor of lineageOf(folder)) {
      const entry = this.known.get(ancestor) ?? (await this.makeOne(ancestor));
      if (!entry.isDurable) uncertain.set(ancestor, entry);
    }
    return uncertain;
  }

  private async makeOne(folder: string): Promise<KnownFolder> {
    const underway = this.making.get(folder);
    const made = underway ?? this.makeUnlessThere(folder).finally(() => this.making.delete(folder));
    if (!underway) this.making.set(folder, made);
    await made;
    return this.remember(folder);
  }

  private async makeUnlessThere(folder: string): Promise<void> {
    try {
      await makeFolder(this.locate(folder), folder === pathOf.secrets() ? SECRET_FOLDER_MODE : FOLDER_MODE);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      await this.inspect(folder);
    }
  }

  private async inspect(folder: string): Promise<Stats> {
    const found = await inspectEntry(this.locate(folder));
    if (found.isSymbolicLink()) throw new InvalidPathError(folder, LINK_RULE);
    return found;
  }

  private remember(folder: string): KnownFolder {
    const entry = this.known.get(folder) ?? { isDurable: false };
    this.known.set(folder, entry);
    return entry;
  }

  private forget(folder: string): void {
    for (const ancestor of lineageOf(folder)) this.known.delete(ancestor);
  }
}

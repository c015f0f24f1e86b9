import type { Stats } from 'node:fs';
import { lstat, mkdir, rmdir } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { InvalidPathError, PathNotFoundError } from '../storage-error.js';
import { lineageOf, parentOf } from '../storage-path.js';
import { syncFolder } from './durable-file.js';
import { codeOf, LINK_RULE } from './errno.js';

/** Less the umask. */
const FOLDER_MODE = 0o777;
const REMEMBERED_FOLDERS = 16_384;
/** Each attempt fails only when somebody else got on, so this many in a row mean that the root is gone. */
const ATTEMPTS = 100;

/** What a work that needs a folder gave, and how to make it durable. */
export interface Prepared<T> {
  readonly result: T;
  /** Makes durable what the folder contains, and that it is there. */
  readonly settle: () => Promise<void>;
}

/** A folder that is no symbolic link. When it is removed, one that is made in its place is another. */
interface KnownFolder {
  /** Whether it survives a power cut. */
  isDurable: boolean;
}

/** The folders below the root. They come and go with what lies in them. */
export class Folders {
  private readonly known = new LRUCache<string, KnownFolder>({ max: REMEMBERED_FOLDERS });

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
        return { result, settle: () => this.settle(folder, uncertain) };
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
    await syncFolder(this.locate(await this.removeEmpty(folder)));
  }

  /** Resolves with whether the folder is gone. One that cannot be removed, for whatever reason, stays. */
  private async removeIfEmpty(folder: string): Promise<boolean> {
    const entry = this.known.get(folder);
    this.known.delete(folder);
    try {
      await rmdir(this.locate(folder));
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
      if (this.known.get(ancestor)?.isDurable) continue;
      await this.makeOne(ancestor);
      uncertain.set(ancestor, this.remember(ancestor));
    }
    return uncertain;
  }

  private async makeOne(folder: string): Promise<void> {
    try {
      await mkdir(this.locate(folder), FOLDER_MODE);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      await this.inspect(folder);
    }
  }

  private async settle(folder: string, uncertain: ReadonlyMap<string, KnownFolder>): Promise<void> {
    const changed = [folder, ...[...uncertain.keys()].map(parentOf)];
    await Promise.all(changed.map((path) => syncFolder(this.locate(path))));
    for (const entry of uncertain.values()) entry.isDurable = true;
  }

  private async inspect(folder: string): Promise<Stats> {
    const found = await lstat(this.locate(folder));
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

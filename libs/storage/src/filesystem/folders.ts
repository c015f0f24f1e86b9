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

/** The folders below the root. They come and go with what lies in them. */
export class Folders {
  /** Folders that are no symbolic links, and whether they are known to survive a power cut. */
  private readonly known = new LRUCache<string, 'seen' | 'durable'>({ max: REMEMBERED_FOLDERS });

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
    if (!(await this.isFolder(folder))) throw new PathNotFoundError(folder);
    this.known.set(folder, 'seen');
  }

  /**
   * Runs `work` after making `folder`, and again when somebody removes the folder in between: `work` rejects with
   * `ENOENT` for nothing else.
   */
  async prepare<T>(folder: string, work: () => Promise<T>): Promise<Prepared<T>> {
    for (let attempt = 1; ; attempt++) {
      let made: string[] | null = null;
      try {
        made = await this.make(folder);
        const result = await work();
        return { result, settle: () => this.settle(folder, made ?? []) };
      } catch (error) {
        if (codeOf(error) === 'ENOENT' && attempt < ATTEMPTS) this.forget(folder);
        else {
          if (made) await this.tidy(folder);
          throw error;
        }
      }
    }
  }

  /** Removes `folder` and those that it lies in, as far as they are empty, and makes durable what is gone. */
  async tidy(folder: string): Promise<void> {
    let lowest = folder;
    while (lowest !== '/' && (await this.removeIfEmpty(lowest))) lowest = parentOf(lowest);
    await syncFolder(this.locate(lowest));
  }

  /** Resolves with whether the folder is gone. One that cannot be removed, for whatever reason, stays. */
  private async removeIfEmpty(folder: string): Promise<boolean> {
    this.known.delete(folder);
    return rmdir(this.locate(folder)).then(
      () => true,
      (error: unknown) => codeOf(error) === 'ENOENT',
    );
  }

  /** Makes what is missing of `folder`. Resolves with the folders that may not be durable yet. */
  private async make(folder: string): Promise<string[]> {
    if (this.known.get(folder) === 'durable') return [];
    const uncertain = lineageOf(folder).filter((ancestor) => this.known.get(ancestor) !== 'durable');
    for (const ancestor of uncertain) await this.makeOne(ancestor);
    return uncertain;
  }

  private async makeOne(folder: string): Promise<void> {
    try {
      await mkdir(this.locate(folder), FOLDER_MODE);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      if (!(await this.isFolder(folder))) throw new InvalidPathError(folder, 'a file is in the place of a directory');
    }
  }

  private async settle(folder: string, made: readonly string[]): Promise<void> {
    const changed = [folder, ...made.map(parentOf)];
    await Promise.all(changed.map((path) => syncFolder(this.locate(path))));
    for (const path of made) this.known.set(path, 'durable');
  }

  private async isFolder(folder: string): Promise<boolean> {
    const found = await lstat(this.locate(folder));
    if (found.isSymbolicLink()) {
      throw new InvalidPathError(folder, LINK_RULE);
    }
    return found.isDirectory();
  }

  private forget(folder: string): void {
    for (const ancestor of lineageOf(folder)) this.known.delete(ancestor);
  }
}

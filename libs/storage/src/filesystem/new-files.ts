import type { NewFile } from '../storage-driver.js';
import { childOf, parentOf } from '../storage-path.js';
import { writeNewFile } from './durable-file.js';
import { removeEntry, renameEntry } from './entry.js';
import { codeOf, writeFailure } from './errno.js';
import type { Folders, Prepared, Unsettled } from './folders.js';
import { temporaryName } from './temporary-name.js';

/** Each attempt fails only when somebody deletes the folder just then. */
const ATTEMPTS = 100;

/**
 * Puts the files as `StorageDriver.putAll` says. The content of all is made durable first, at once, beside the places of
 * the files; then, for each step, the files are brought to their places and the folders of all are made durable, at once.
 */
export async function putFiles(folders: Folders, steps: readonly (readonly NewFile[])[]): Promise<void> {
  const drafts = steps.map((step) => step.map((file) => new Draft(folders, file)));
  try {
    await allSettled(drafts.flat().map((draft) => draft.write({ durable: true })));
    // The folders of later steps are there already, so that the first step can make them durable along with its own.
    let made = drafts.flat().map((draft) => draft.unsettled);
    for (const step of drafts.filter(({ length }) => length > 0)) {
      const unsettled: Unsettled[] = [];
      for (const draft of step) unsettled.push(await draft.place({ durable: true }));
      await folders.settle(unsettled, made);
      made = [];
    }
  } catch (error) {
    // The failure that counts is the first.
    await Promise.allSettled(drafts.flat().map((draft) => draft.discard()));
    throw error;
  }
}

/** Puts a file that a power cut may take away again, with its folder but not with those that the folder lies in. */
export async function putLightly(folders: Folders, file: NewFile): Promise<void> {
  const draft = new Draft(folders, file);
  try {
    await draft.write({ durable: false });
    await folders.settleAncestors(await draft.place({ durable: false }));
  } catch (error) {
    await Promise.allSettled([draft.discard()]);
    throw error;
  }
}

/** A file that is written beside its place, where nobody sees it. Its failures are those of a writer of its path. */
class Draft {
  private written: Prepared<string> | null = null;

  constructor(
    private readonly folders: Folders,
    private readonly file: NewFile,
  ) {}

  async write(options: { durable: boolean }): Promise<void> {
    const folder = parentOf(this.file.path);
    const write = async () => {
      const temporary = this.folders.locate(childOf(folder, temporaryName()));
      await writeNewFile(temporary, this.file.content, options);
      return temporary;
    };
    this.written = await this.failing(() => this.folders.prepare(folder, write));
  }

  /** The folder that it was written to. */
  get unsettled(): Unsettled {
    return this.requireWritten().unsettled;
  }

  /** Brings what was written to its place, over whatever file is there. */
  async place(options: { durable: boolean }): Promise<Unsettled> {
    for (let attempt = 1; ; attempt++) {
      const written = this.requireWritten();
      try {
        await renameEntry(written.result, this.folders.locate(this.file.path));
        this.written = null;
        return written.unsettled;
      } catch (error) {
        if (codeOf(error) !== 'ENOENT' || attempt === ATTEMPTS) throw writeFailure(this.file.path, error);
      }
      // Somebody deleted the folder, and the draft with it.
      await this.write(options);
    }
  }

  /** Removes what was written and has not come to its place. */
  async discard(): Promise<void> {
    if (!this.written) return;
    await removeEntry(this.written.result).catch(() => {});
    await this.folders.removeEmpty(parentOf(this.file.path));
  }

  private requireWritten(): Prepared<string> {
    if (!this.written) throw new Error(`nothing is written for ${this.file.path}`);
    return this.written;
  }

  private async failing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw writeFailure(this.file.path, error);
    }
  }
}

/** Waits for all, and throws the first failure. */
async function allSettled(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}

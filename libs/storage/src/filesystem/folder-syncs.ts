import { closeSync, openSync } from 'node:fs';
import { READ, syncFile } from './descriptor.js';
import { codeOf } from './errno.js';

/** Makes durable which entries folders have. Who asks while a sync is under way shares the next one with all others. */
export class FolderSyncs {
  private readonly underway = new Map<string, Promise<void>>();
  private readonly next = new Map<string, Promise<void>>();

  /** Does nothing for a folder that was deleted meanwhile. */
  sync(folder: string): Promise<void> {
    const waiting = this.next.get(folder);
    if (waiting) return waiting;
    const current = this.underway.get(folder);
    // One that is under way may have missed the latest entries.
    return current ? this.after(current, folder) : this.begin(folder);
  }

  private after(current: Promise<void>, folder: string): Promise<void> {
    const begin = () => {
      this.next.delete(folder);
      return this.begin(folder);
    };
    const waiting = current.then(begin, begin);
    this.next.set(folder, waiting);
    return waiting;
  }

  private begin(folder: string): Promise<void> {
    const syncing = syncFolder(folder).finally(() => {
      if (this.underway.get(folder) === syncing) this.underway.delete(folder);
    });
    this.underway.set(folder, syncing);
    return syncing;
  }
}

/** Makes durable which entries the folder has. Does nothing for one that was deleted meanwhile. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder, and needs no sync of it.
  if (process.platform === 'win32') return;
  const fd = openUnlessGone(folder);
  if (fd === null) return;
  try {
    await syncFile(fd);
  } finally {
    closeSync(fd);
  }
}

/** What was just put into the folder has brought it into memory, so that opening it does no I/O and needs no thread. */
function openUnlessGone(folder: string): number | null {
  try {
    return openSync(folder, READ);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return null;
  }
}

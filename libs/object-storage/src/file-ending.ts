import { PathNotFoundError, settleAll } from '#libs/storage';
import { recordKey } from './keys.js';
import type { ObjectStore } from './object-store.js';
import { PartsGoneError } from './object-store-error.js';
import { type OpenFile, recordsOf } from './open-file.js';
import type { PartSender } from './part-sender.js';
import { abortAll, discardRecords, putRecord, uploadsOf } from './record.js';

/** What a writer has of a file. */
export interface Written {
  /** Bytes of the whole. */
  readonly size: number;
  /** Null where all of it is in the tail. */
  readonly sender: PartSender | null;
  /** What follows the parts. */
  readonly tail: Buffer;
}

/**
 * The ways in which a writer ends. While there is an object at the key, it is the file, and records are what a crash
 * has left; so each step leaves the file as it was before or as it is to be.
 */
export class FileEnding {
  /** Whether there is a record of the size that the writer began with. */
  private isStartRecorded: boolean;
  /** Whether there may be a record of what was written. */
  private isEndRecorded = false;

  constructor(
    private readonly store: ObjectStore,
    private readonly file: OpenFile,
  ) {
    this.isStartRecorded = file.found === 'record';
  }

  /** The size that an object has must be one that the file can be opened at also when it is no longer an object. */
  async recordStart(tail: Buffer): Promise<void> {
    const { found, key, size } = this.file;
    if (found !== 'object' || this.isStartRecorded) return;
    await putRecord(this.store, key, size, { ...this.file, tail: tail.subarray(0, this.file.tail.length) });
    this.isStartRecorded = true;
  }

  /**
   * Keeps the file for a later writer: the new record, then the end of what it takes the place of. One put; a delete of
   * the records before the last, where there are any, at the same time; and a delete of the object.
   */
  async keep({ size, sender, tail }: Written): Promise<void> {
    const { store, file } = this;
    if (!sender) {
      await store.put(file.key, tail);
      return this.deleteRecords();
    }
    await sender.settle();
    sender.throwFailure();
    await this.recordStart(tail);
    if (file.found === 'unknown') return this.keepInPlace(sender, size, tail);
    const kept = [recordKey(file.key, file.size), recordKey(file.key, size)];
    await settleAll([this.putEndRecord(sender, size, tail), this.deleteRecords(kept)]);
    if (file.found === 'object') await store.delete([file.key]);
  }

  /**
   * Makes the file complete at the key `target`: the object, then the end of the records. One put, or one of the last
   * part and the completion; a copy and a delete where the parts are for another key; a delete of records and of an
   * object at the writer's path, where there are any. What was continued without parts is looked for first: one head.
   */
  async complete({ size, sender, tail }: Written, target: string): Promise<void> {
    const { store, file } = this;
    if (sender) await this.completeParts(sender, tail, size, target);
    else {
      await this.requireStillThere();
      await store.put(target, tail);
    }
    if (file.found !== 'unknown' || target === file.key) await this.deleteRecords();
    // Behind the records, as those without their parts must not be taken for the file.
    const places = [...(file.found === 'object' ? [file.key] : []), ...(sender ? [sender.upload.key] : [])];
    const left = new Set(places.filter((key) => key !== target));
    if (left.size > 0) await store.delete([...left]);
  }

  /** Drops what was written, unless it may be all that is left of a file that was continued. */
  async undo({ size, sender }: Written): Promise<void> {
    const { store, file } = this;
    await sender?.settle();
    if (this.isEndRecorded && isContinued(file)) return;
    const records = [
      ...(file.found === 'object' && this.isStartRecorded ? [recordKey(file.key, file.size)] : []),
      ...(this.isEndRecorded ? [recordKey(file.key, size)] : []),
    ];
    if (records.length > 0) await store.delete(records);
    const isKept = file.found === 'record' && file.upload !== null;
    if (sender && !isKept) await store.abortParts(sender.upload);
  }

  private async completeParts(sender: PartSender, tail: Buffer, size: number, target: string): Promise<void> {
    const { store, file } = this;
    const { key } = sender.upload;
    try {
      await sender.complete(tail);
    } catch (error) {
      if (!(error instanceof PartsGoneError)) throw error;
      // Another process completed them, or an attempt of ours whose answer was lost.
      if ((await store.head(key))?.size !== size) throw new PathNotFoundError(file.path, { cause: error });
    }
    if (key === target) return;
    try {
      if (!(await store.copy(key, target, size))) throw new PathNotFoundError(file.path);
    } catch (error) {
      if (!isContinued(file)) await store.delete([key]);
      throw error;
    }
  }

  /** A file without parts would otherwise come back where it was deleted meanwhile. */
  private async requireStillThere(): Promise<void> {
    const { path, key, size, found } = this.file;
    if (!isContinued(this.file)) return;
    const place = found === 'object' ? key : recordKey(key, size);
    if (!(await this.store.head(place))) throw new PathNotFoundError(path);
  }

  /** Keeps the file in the place of whatever is there, which may have a record of the same size. */
  private async keepInPlace(sender: PartSender, size: number, tail: Buffer): Promise<void> {
    const { store, file } = this;
    const records = await recordsOf(store, file.key);
    const uploads = await uploadsOf(store, records);
    await this.putEndRecord(sender, size, tail);
    const replaced = records.map(({ key }) => key).filter((key) => key !== recordKey(file.key, size));
    if (replaced.length > 0) await store.delete(replaced);
    await store.delete([file.key]);
    await abortAll(store, uploads);
  }

  private async putEndRecord({ upload, stored: parts }: PartSender, size: number, tail: Buffer): Promise<void> {
    this.isEndRecorded = true;
    const { key, partSize } = this.file;
    await putRecord(this.store, key, size, { upload, partSize, parts, tail });
  }

  private async deleteRecords(kept: readonly string[] = []): Promise<void> {
    const { key, size, records, found } = this.file;
    if (found === 'unknown') return discardRecords(this.store, await recordsOf(this.store, key));
    const known = new Set(this.isStartRecorded ? [...records, recordKey(key, size)] : records);
    const others = [...known].filter((record) => !kept.includes(record));
    if (others.length > 0) await this.store.delete(others);
  }
}

/** Whether the file was there before the writer. */
export function isContinued({ found }: OpenFile): boolean {
  return found === 'object' || found === 'record';
}

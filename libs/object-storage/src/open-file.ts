import {
  eachOf,
  InvalidOffsetError,
  PathNotFoundError,
  requireOffset,
  requirePath,
  type WriterOptions,
} from '#libs/storage';
import { contentOf } from './content.js';
import { fileKeyOf, type Keys, recordedSize, recordKey, recordsPrefix } from './keys.js';
import type { ObjectInfo, ObjectPage, ObjectStore, PartUpload, StoredPart } from './object-store.js';
import { discardRecords, getRecord, putRecord } from './record.js';

/** What a writer continues after. */
export interface OpenFile {
  readonly path: string;
  readonly key: string;
  /** Bytes that the writer continues after. */
  readonly size: number;
  /**
   * What was found: nothing, where the writer begins a file; an object, which may be read, or the record of a file that
   * is not complete, where it continues one. Nobody looks for what a writer replaces.
   */
  readonly found: 'unknown' | 'nothing' | 'object' | 'record';
  /** The keys of the records that are there: at this size, and at earlier ones. */
  readonly records: readonly string[];
  /** The parts that the bytes are in; null where all of them are in the tail. */
  readonly upload: PartUpload | null;
  readonly parts: readonly StoredPart[];
  /** What follows the parts. */
  readonly tail: Uint8Array;
  /** Bytes of each part. */
  readonly partSize: number;
  /** The key that the path leads to which `commit` will be given, where that is known. */
  readonly destination: string | null;
}

export interface OpenerOptions {
  readonly partSize: number;
  readonly partConcurrency: number;
}

const NOTHING = Buffer.alloc(0);

/** Finds out what a writer continues, and makes it as long as the writer wants it. */
export class FileOpener {
  constructor(
    private readonly store: ObjectStore,
    private readonly keys: Keys,
    private readonly options: OpenerOptions,
  ) {}

  /**
   * No call where a file begins anew. Otherwise one list, unless the caller has looked, and where something is found one
   * get; where it is longer than the offset, a put or delete in addition; and for a complete file that is larger than a
   * part, a copy inside the store for each of its parts.
   */
  async open(path: string, options: WriterOptions, found?: FoundFile): Promise<OpenFile> {
    const { append = false, offset, destination } = options;
    requirePath(path);
    if (destination !== undefined) requirePath(destination);
    const file = this.beginning(path, destination === undefined ? null : this.keys.of(destination));
    if (!append) return file;
    if (offset !== undefined) requireOffset(path, offset);
    const { object, records } = found ?? (await findFile(this.store, file.key));
    if (object) {
      const size = requireWithin(path, offset ?? object.size, object.size);
      // Where the file is complete, or small, a crash came before they could be deleted.
      await discardRecords(this.store, records);
      return size <= file.partSize ? this.openSmall(file, object, size) : this.openLarge(file, object, size);
    }
    const newest = recordedSize(records.at(-1)?.key ?? '') ?? 0;
    const size = requireWithin(path, offset ?? newest, newest);
    return records.length > 0 ? this.openRecord(file, records, size) : { ...file, found: 'nothing' };
  }

  private beginning(path: string, destination: string | null): OpenFile {
    return {
      path,
      key: this.keys.of(path),
      size: 0,
      found: 'unknown',
      records: [],
      upload: null,
      parts: [],
      tail: NOTHING,
      partSize: this.options.partSize,
      destination,
    };
  }

  /** What is to be kept of the file fits into one part, and is written again with what comes. */
  private async openSmall(file: OpenFile, object: ObjectInfo, size: number): Promise<OpenFile> {
    const tail = await this.read(file, 0, size);
    if (size < object.size) await this.store.put(file.key, tail);
    return { ...file, size, found: 'object', tail };
  }

  /** The whole parts are copied inside the store, into an upload of parts that can go on. */
  private async openLarge(file: OpenFile, object: ObjectInfo, size: number): Promise<OpenFile> {
    const open = await this.copyToParts(file, size);
    if (size === object.size) return open;
    // In this order: while the object is there, it is the file. From the record on nothing else may be.
    await putRecord(this.store, file.key, size, open);
    await this.store.delete([file.key]);
    return { ...open, found: 'record', records: [recordKey(file.key, size)] };
  }

  private async copyToParts(file: OpenFile, size: number): Promise<OpenFile> {
    const upload = await this.store.beginParts(file.destination ?? file.key);
    try {
      const parts = await this.copyParts(file, upload, Math.floor(size / file.partSize));
      const tail = await this.read(file, parts.length * file.partSize, size);
      return { ...file, size, found: 'object', upload, parts, tail };
    } catch (error) {
      await this.store.abortParts(upload).catch(() => undefined);
      throw error;
    }
  }

  private async openRecord(file: OpenFile, records: readonly ObjectInfo[], size: number): Promise<OpenFile> {
    if (size === 0) {
      await this.store.put(file.key, NOTHING);
      await discardRecords(this.store, records);
      return { ...file, found: 'object' };
    }
    const [kept, later] = [
      records.filter(({ key }) => (recordedSize(key) ?? 0) <= size).map(({ key }) => key),
      records.filter(({ key }) => (recordedSize(key) ?? 0) > size),
    ];
    const record = kept.includes(recordKey(file.key, size)) ? await getRecord(this.store, file.key, size) : null;
    if (!record) throw new InvalidOffsetError(file.path, size);
    // Before anything is written: parts of the same numbers are going to be others.
    await discardRecords(this.store, later, record.upload);
    return { ...file, ...record, size, found: 'record', records: kept };
  }

  private async copyParts(file: OpenFile, upload: PartUpload, count: number): Promise<StoredPart[]> {
    const { key, partSize } = file;
    const spans = Array.from({ length: count }, (_, i) => ({ start: i * partSize, end: (i + 1) * partSize - 1 }));
    // When it rejects, none is on its way any more, so that the upload can be aborted.
    return eachOf(spans, this.options.partConcurrency, (span, i) => this.store.copyPart(upload, i + 1, key, span));
  }

  /** The bytes from `start` up to `end`. */
  private async read({ path, key }: OpenFile, start: number, end: number): Promise<Buffer> {
    if (start === end) return NOTHING;
    const found = await this.store.get(key, { start, end: end - 1 });
    if (!found) throw new PathNotFoundError(path);
    return contentOf(found, start, end);
  }
}

/** What a store has of a file. While there is an object, that is the file. */
export interface FoundFile {
  readonly object: ObjectInfo | null;
  /** The one of the smallest size first. */
  readonly records: readonly ObjectInfo[];
}

/** Finds what there is of the file at `key`. One list. */
export async function findFile(store: ObjectStore, key: string): Promise<FoundFile> {
  return fileIn(await store.list({ prefix: key, delimited: false, limit: 1000 }), key);
}

/** The file at `key`, in the first page of what begins with that: records sort before all but the object. */
export function fileIn({ objects }: ObjectPage, key: string): FoundFile {
  return {
    object: objects.find((object) => object.key === key) ?? null,
    records: objects.filter((object) => fileKeyOf(object.key) === key && recordedSize(object.key) !== null),
  };
}

/** The records of the file at `key`, the one of the smallest size first. One list. */
export async function recordsOf(store: ObjectStore, key: string): Promise<ObjectInfo[]> {
  const { objects } = await store.list({ prefix: recordsPrefix(key), delimited: false, limit: 1000 });
  return objects.filter((object) => recordedSize(object.key) !== null);
}

function requireWithin(path: string, offset: number, size: number): number {
  if (offset > size) throw new InvalidOffsetError(path, offset);
  return offset;
}

import { Readable } from 'node:stream';
import {
  eachOf,
  type FileInfo,
  type FileWriter,
  InvalidPathError,
  KeyedQueue,
  type ListedFile,
  type ListOptions,
  type NewFile,
  PathNotFoundError,
  type RedirectRequest,
  requireLength,
  requireOffset,
  requirePath,
  requirePathOrRoot,
  StorageDriver,
  type WalkOptions,
  type WriterOptions,
} from '#libs/storage';
import { contentOf } from './content.js';
import { deleteAt } from './deletion.js';
import { directoryAt, fileAt, unfinishedAt } from './file-info.js';
import { Keys } from './keys.js';
import { Listing } from './listing.js';
import { ObjectFileWriter } from './object-file-writer.js';
import type { ByteSpan, ObjectStore } from './object-store.js';
import { FileOpener, type FoundFile, findFile, type OpenFile, recordsOf } from './open-file.js';
import { PartPool } from './part-buffer.js';
import { purgeParts } from './purge.js';
import { discardRecords } from './record.js';
import { filesBelow, walkBelow } from './walking.js';

export interface ObjectStorageOptions {
  /** Key prefix: '' or a path with a slash at its end, such as 'registry/'. */
  readonly root: string;
  /** Bytes of each part of a large file. */
  readonly partSize: number;
  /** Parts of one file that are on their way at a time. */
  readonly partConcurrency: number;
  /** How long redirect URLs hold, in milliseconds; null: never redirect. */
  readonly redirectExpiry: number | null;
}

/** Files of one step that are put at a time. */
const PUTS_AT_ONCE = 16;

/**
 * Keeps each file as an object whose key is the file's path. Directories are only what keys begin with: nobody finds
 * that a file lies where another file has a directory. What the methods cost is told in calls of the store.
 *
 * A file that was closed before it was complete, and is larger than a part, is not to be read: `stat` and `list` tell
 * of it, and a writer can continue it at either of the last two sizes at which it was closed.
 */
export class ObjectStorageDriver extends StorageDriver {
  readonly localRoot = null;
  private readonly keys: Keys;
  private readonly listing: Listing;
  private readonly opener: FileOpener;
  private readonly pool: PartPool;
  /** Stores say of no delete whether there was anything; within this process, only one of several finds something. */
  private readonly removals = new KeyedQueue();

  constructor(
    private readonly store: ObjectStore,
    private readonly options: ObjectStorageOptions,
    /** Names in a page of a listing, at most. */
    pageSize?: number,
  ) {
    super();
    const { root, partConcurrency } = options;
    const partSize = Math.max(options.partSize, store.traits.minPartSize);
    this.keys = new Keys(root);
    this.listing = new Listing(store, pageSize);
    this.opener = new FileOpener(store, this.keys, { partSize, partConcurrency });
    this.pool = new PartPool(partSize, partConcurrency);
  }

  get name(): string {
    return this.store.name;
  }

  /** One get. */
  async getContent(path: string): Promise<Buffer> {
    requirePath(path);
    const found = await this.store.get(this.keys.of(path));
    if (!found) throw new PathNotFoundError(path);
    return contentOf(found);
  }

  /** One put. */
  async putContent(path: string, content: Uint8Array): Promise<void> {
    requirePath(path);
    await this.store.put(this.keys.of(path), content);
  }

  /** One put for each file; those of a step at the same time. */
  override async putAll(steps: readonly (readonly NewFile[])[]): Promise<void> {
    for (const { path } of steps.flat()) requirePath(path);
    for (const step of steps) {
      const files = new Map(step.map((file) => [file.path, file.content]));
      await eachOf([...files], PUTS_AT_ONCE, ([path, content]) => this.putContent(path, content));
    }
  }

  /** One get; one head where no bytes are asked for. */
  async reader(path: string, offset = 0, length?: number): Promise<Readable> {
    requirePath(path);
    requireOffset(path, offset);
    requireLength(length);
    const key = this.keys.of(path);
    if (length === 0) {
      if (!(await this.store.head(key))) throw new PathNotFoundError(path);
      return Readable.from([], { objectMode: false });
    }
    const found = await this.store.get(key, spanOf(offset, length));
    if (!found) throw new PathNotFoundError(path);
    return found.content;
  }

  /** See `FileOpener.open` and `ObjectFileWriter`. */
  async writer(path: string, options: WriterOptions = {}): Promise<FileWriter> {
    return this.writerOf(await this.opener.open(path, options));
  }

  /** One head; two lists at once where that finds nothing. */
  async stat(path: string): Promise<FileInfo> {
    requirePathOrRoot(path);
    if (path === '/') return directoryAt(path);
    const object = await this.store.head(this.keys.of(path));
    if (object) return fileAt(path, object);
    const info = await this.inspect(path);
    if (!info) throw new PathNotFoundError(path);
    return info;
  }

  /** One list for each page: see `Listing.entries`; one more where there are no names. */
  async list(path: string, { startAfter, limit = Number.POSITIVE_INFINITY }: ListOptions = {}): Promise<string[]> {
    requirePathOrRoot(path);
    const names: string[] = [];
    const range = {
      ...(startAfter !== undefined && { startAfter }),
      ...(Number.isFinite(limit) && { wanted: limit }),
    };
    if (limit > 0) {
      for await (const { name } of this.listing.entries(this.keys.below(path), range)) {
        names.push(name);
        if (names.length >= limit) break;
      }
    }
    if (names.length === 0) await this.requireDirectory(path);
    return names;
  }

  /** One list, one copy, one delete; what a writer costs in addition where the file is not complete. */
  async move(source: string, destination: string): Promise<void> {
    requirePath(source);
    requirePath(destination);
    await this.removing(source, async () => {
      const [from, to] = [this.keys.of(source), this.keys.of(destination)];
      const found = await findFile(this.store, from);
      if (!found.object) return this.complete(source, destination, found);
      await discardRecords(this.store, found.records);
      if (from === to) return;
      if (!(await this.store.copy(from, to, found.object.size))) throw new PathNotFoundError(source);
      await this.store.delete([from]);
    });
  }

  /** One list and one delete; for a directory the same for each thousand objects: see `deleteAt`. */
  async delete(path: string): Promise<void> {
    requirePath(path);
    await this.removing(path, async () => {
      if (!(await deleteAt(this.store, this.keys.of(path)))) throw new PathNotFoundError(path);
    });
  }

  /** One delete. */
  override async discard(paths: readonly string[]): Promise<void> {
    for (const path of paths) requirePath(path);
    if (paths.length > 0) await this.store.delete(paths.map((path) => this.keys.of(path)));
  }

  /** One list for each thousand objects. */
  override async filesBelow(path: string): Promise<ListedFile[]> {
    requirePathOrRoot(path);
    const infos = await filesBelow(this.store, this.keys.below(path), path);
    return infos.map((info) => ({ path: info.path, inspect: async () => info }));
  }

  /** Three lists for each directory, two of them at once, and one for each further page: what is told of a file comes with it. */
  async *walk(path: string, options: WalkOptions = {}): AsyncGenerator<FileInfo> {
    requirePathOrRoot(path);
    const { listing, keys } = this;
    const inspect = (entry: string) => this.inspect(entry);
    let isEmpty = true;
    for await (const info of walkBelow({ listing, keys, inspect }, path, options)) {
      isEmpty = false;
      yield info;
    }
    if (isEmpty) await this.requireDirectory(path);
  }

  /** What `purgeParts` costs. */
  override purge(before: Date): Promise<number> {
    return purgeParts(this.store, this.options.root, before);
  }

  /** No call where the store signs by itself. Nobody looks whether there is a file. */
  async redirectUrl(path: string, _request: RedirectRequest): Promise<string | null> {
    requirePath(path);
    const { redirectExpiry } = this.options;
    return redirectExpiry === null ? null : this.store.sign(this.keys.of(path), { expiresIn: redirectExpiry });
  }

  /** Makes a file complete of which only records may be there. */
  private async complete(source: string, destination: string, found: FoundFile): Promise<void> {
    if (found.records.length === 0) throw new PathNotFoundError(source);
    const writer = this.writerOf(await this.opener.open(source, { append: true }, found));
    try {
      await writer.commit(destination);
    } catch (error) {
      if (error instanceof InvalidPathError) await writer.cancel();
      throw error;
    }
  }

  private writerOf(file: OpenFile): FileWriter {
    const { pool } = this;
    return new ObjectFileWriter(this.store, this.keys, file, { pool, concurrency: this.options.partConcurrency });
  }

  private removing(path: string, work: () => Promise<void>): Promise<void> {
    return this.removals.run(path, Number.POSITIVE_INFINITY, work);
  }

  /** What a path is that no object has: a file that is not complete, a directory, or nothing. Two lists at once. */
  private async inspect(path: string): Promise<FileInfo | null> {
    const [records, isDirectory] = await Promise.all([
      recordsOf(this.store, this.keys.of(path)),
      this.listing.holdsAny(this.keys.below(path)),
    ]);
    return unfinishedAt(path, records) ?? (isDirectory ? directoryAt(path) : null);
  }

  private async requireDirectory(path: string): Promise<void> {
    if (path === '/') return;
    if (!(await this.listing.holdsAny(this.keys.below(path)))) throw new PathNotFoundError(path);
  }
}

function spanOf(offset: number, length: number | undefined): ByteSpan | undefined {
  const end = length === undefined ? Number.POSITIVE_INFINITY : offset + length - 1;
  if (Number.isSafeInteger(end)) return { start: offset, end };
  return offset === 0 ? undefined : { start: offset };
}

import type { Readable, Writable } from 'node:stream';
import type { ChangeCounters } from './change-counters.js';
import { pageOf } from './page.js';
import { areaOf } from './path-mapper.js';
import {
  type ChangeOptions,
  type FileInfo,
  FileWriter,
  type ListedFile,
  type ListOptions,
  type NewFile,
  type RedirectRequest,
  StorageDriver,
  type WalkOptions,
  type WriterOptions,
} from './storage-driver.js';
import { lineageOf } from './storage-path.js';
import { type CacheStatistics, ValidatedCache } from './validated-cache.js';

export interface CacheOptions {
  /** Bytes of content that are kept. */
  readonly maxBytes: number;
  /** Files of which the content, and files of which the size, is kept. */
  readonly maxEntries: number;
  /** See `OpenStorage`. Where it is given, no lists of names are kept. */
  readonly mayKeep?: ((path: string) => boolean) | undefined;
}

/** What the memory of a `CachingStorageDriver` holds, and what it was good for. */
export interface StorageCacheStatistics {
  /** The content of small files; `bytes` is what counts towards `maxBytes`: a tiny file counts for its share at least. */
  readonly contents: CacheStatistics & { readonly bytes: number };
  /** Sizes of files, and whether they are there. */
  readonly infos: CacheStatistics;
  /** The names in directories. */
  readonly lists: CacheStatistics;
}

/** Names that are kept in lists; some fifty bytes each. */
const MAX_NAMES = 200_000;

/** What is put is kept up to this size, in bytes: links, and most configurations and manifests. */
const SMALL = 4096;

/** No single file takes more than this part of the cache. */
const LARGEST_PART = 8;

/**
 * Keeps small files of another driver in memory. Whatever changes a file through such a driver, in any process on the
 * storage, counts the change after it is durable and before it is acknowledged; so what is read here is never older than
 * an acknowledged change. Changes are counted for each file, and removals of directories for all that lies below them.
 * Where others change the storage without counting, `CacheOptions.mayKeep` says which files they leave as they are.
 */
export class CachingStorageDriver extends StorageDriver {
  private readonly contents: ValidatedCache<Buffer>;
  private readonly infos: ValidatedCache<FileInfo>;
  private readonly lists: ValidatedCache<string[]>;
  private readonly mayKeep: (path: string) => boolean;
  private readonly keepsLists: boolean;

  constructor(
    private readonly inner: StorageDriver,
    private readonly changes: ChangeCounters,
    { maxBytes, maxEntries, mayKeep }: CacheOptions,
  ) {
    super();
    this.mayKeep = mayKeep ?? (() => true);
    this.keepsLists = mayKeep === undefined;
    this.contents = new ValidatedCache(changes, filesOf, {
      entries: maxEntries,
      size: maxBytes,
      largest: Math.ceil(maxBytes / LARGEST_PART),
      sizeOf: (content, path) => content.length + path.length,
    });
    this.infos = new ValidatedCache(changes, filesOf, { entries: maxEntries });
    this.lists = new ValidatedCache(changes, listsOf, {
      entries: maxEntries,
      size: MAX_NAMES,
      sizeOf: (names) => names.length + 1,
    });
  }

  get name(): string {
    return this.inner.name;
  }

  get localRoot(): string | null {
    return this.inner.localRoot;
  }

  get statistics(): StorageCacheStatistics {
    const { contents, infos, lists } = this;
    return {
      contents: { ...contents.statistics, bytes: contents.size },
      infos: infos.statistics,
      lists: lists.statistics,
    };
  }

  getContent(path: string): Promise<Buffer> {
    if (!this.mayKeep(path)) return this.inner.getContent(path);
    return this.contents.get(path, () => this.inner.getContent(path));
  }

  /** What is in memory costs no turn of the event loop, of which thousands of files would take as many. */
  override async getAll(paths: readonly string[]): Promise<(Buffer | null)[]> {
    const contents: (Buffer | null)[] = paths.map((path) => this.contents.find(path) ?? null);
    const missing = contents.flatMap((content, index) => (content === null ? [index] : []));
    const read = await super.getAll(missing.map((index) => paths[index] ?? ''));
    for (const [at, index] of missing.entries()) contents[index] = read[at] ?? null;
    return contents;
  }

  stat(path: string): Promise<FileInfo> {
    if (!this.mayKeep(path)) return this.inner.stat(path);
    // A directory goes with the last file in it, which nothing here counts for it.
    return this.infos.get(path, () => this.inner.stat(path), { keepIf: ({ isDirectory }) => !isDirectory });
  }

  async putContent(path: string, content: Uint8Array, options?: ChangeOptions): Promise<void> {
    await this.putting([{ path, content }], () => this.inner.putContent(path, content, options));
  }

  override async putAll(steps: readonly (readonly NewFile[])[]): Promise<void> {
    await this.putting(steps.flat(), () => this.inner.putAll(steps));
  }

  async move(source: string, destination: string): Promise<void> {
    await this.changing([...changesAt(source), ...changesAt(destination)], () => this.inner.move(source, destination));
  }

  async delete(path: string, options?: ChangeOptions): Promise<void> {
    try {
      await this.changing([...changesAt(path), treeAt(path)], () => this.inner.delete(path, options));
    } finally {
      if (areaOf(path) === null) this.changes.bumpAll();
    }
  }

  override async discard(paths: readonly string[]): Promise<void> {
    await this.changing(paths.flatMap(changesAt), () => this.inner.discard(paths));
  }

  override filesBelow(path: string): Promise<ListedFile[]> {
    return this.inner.filesBelow(path);
  }

  async writer(path: string, options?: WriterOptions): Promise<FileWriter> {
    const writer = await this.inner.writer(path, options);
    return new CountingFileWriter(writer, path, (paths, work) => this.changing(paths, work));
  }

  reader(path: string, offset?: number, length?: number): Promise<Readable> {
    return this.inner.reader(path, offset, length);
  }

  override send(path: string, sink: Writable, offset?: number, length?: number): Promise<void> {
    return this.inner.send(path, sink, offset, length);
  }

  /** Whole lists of names are kept inside repositories, where a page of many tags would read all of them each time. */
  async list(path: string, options: ListOptions = {}): Promise<string[]> {
    if (!this.keepsLists || areaOf(path) === null) return this.inner.list(path, options);
    const names = await this.lists.get(path, () => this.inner.list(path));
    return pageOf(names, options);
  }

  walk(path: string, options?: WalkOptions): AsyncIterable<FileInfo> {
    return this.inner.walk(path, options);
  }

  override purge(before: Date): Promise<number> {
    return this.inner.purge(before);
  }

  redirectUrl(path: string, request: RedirectRequest): Promise<string | null> {
    return this.inner.redirectUrl(path, request);
  }

  /** Keeps what was put, if it is small: a link is often read soon after, to see that a blob is there. */
  private async putting(files: readonly NewFile[], put: () => Promise<void>): Promise<void> {
    const small = files
      .filter(({ path, content }) => content.length <= SMALL && this.mayKeep(path))
      .map(({ path, content }) => ({ path, content, before: this.contents.countsOf(path) }));
    await this.changing(
      files.flatMap(({ path }) => changesAt(path)),
      put,
    );
    for (const { path, content, before } of small) this.contents.keepChanged(path, Buffer.from(content), before);
  }

  /** Counts the change even where it failed: it may have been made before it could not be made durable. */
  private async changing<T>(keys: readonly string[], change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } finally {
      for (const key of keys) this.changes.bump(key);
    }
  }
}

/** The keys under which the change of one file counts. */
function changesAt(path: string): string[] {
  const area = areaOf(path);
  return area === null ? [path] : [path, `lists of ${area}`];
}

/** The keys that what was read of a file depends on. */
function filesOf(path: string): string[] {
  return [path, ...treesAt(path)];
}

/** The keys that a list of names depends on. */
function listsOf(path: string): string[] {
  return [`lists of ${areaOf(path)}`, ...treesAt(path)];
}

/** The keys under which the removals count that may take `path` away: its own, and those of the directories it lies in. */
function treesAt(path: string): string[] {
  const area = areaOf(path);
  if (area === null) return [];
  return lineageOf(path)
    .filter((ancestor) => ancestor.startsWith(area))
    .map(treeAt);
}

function treeAt(path: string): string {
  return `tree of ${path}`;
}

class CountingFileWriter extends FileWriter {
  constructor(
    private readonly inner: FileWriter,
    private readonly path: string,
    private readonly changing: <T>(keys: readonly string[], change: () => Promise<T>) => Promise<T>,
  ) {
    super();
  }

  get size(): number {
    return this.inner.size;
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.inner.write(chunk);
  }

  flush(): Promise<void> {
    return this.inner.flush();
  }

  close(): Promise<void> {
    return this.changing(changesAt(this.path), () => this.inner.close());
  }

  commit(destination = this.path): Promise<void> {
    const keys = [this.path, destination].flatMap(changesAt);
    return this.changing(keys, () => this.inner.commit(destination));
  }

  cancel(): Promise<void> {
    return this.changing(changesAt(this.path), () => this.inner.cancel());
  }
}

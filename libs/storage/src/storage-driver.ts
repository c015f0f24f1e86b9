import type { Readable, Writable } from 'node:stream';
import { eachOf } from './each-of.js';
import { contentIfPresent, deleteIfPresent, walkIfPresent } from './if-present.js';
import { sendStream } from './send-stream.js';
import { requirePath } from './storage-path.js';

/** How many files `getAll` reads at the same time. */
const READS_AT_ONCE = 16;

/**
 * What a driver knows of a path. Directories exist implicitly: they come with the first file that is put below them and
 * go with the last.
 */
export interface FileInfo {
  readonly path: string;
  /** Bytes; 0 for a directory. */
  readonly size: number;
  readonly modifiedAt: Date;
  readonly isDirectory: boolean;
}

/** A file that was found, whatever is known of it yet. */
export interface ListedFile {
  readonly path: string;
  /** What `stat` tells; null where it is gone. Some drivers know it from when they found the file, others look now. */
  inspect(): Promise<FileInfo | null>;
}

export interface ListOptions {
  /** Only names that sort after this one. */
  readonly startAfter?: string;
  /** At most this many names. */
  readonly limit?: number;
}

/** A file that is to be put. */
export interface NewFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/** How much depends on a change. */
export interface ChangeOptions {
  /** Whether it has to survive a power cut; it has when not given. `false` where it costs nobody anything if it is undone. */
  readonly durable?: boolean;
}

export interface WalkOptions {
  /** Only paths that sort after this one, in the order of the walk. */
  readonly startAfter?: string;
  /** Whether to descend into a directory; every directory when not given. */
  readonly enter?: (directory: string) => boolean;
}

export interface WriterOptions {
  /** Continue what is there, instead of beginning anew. */
  readonly append?: boolean;
  /**
   * With `append`: continue at this many bytes and drop what follows them. It must be 0, or one of the last two sizes at
   * which a writer of this path was closed. The end of the file when not given.
   */
  readonly offset?: number;
  /**
   * The path that `commit` will be given, where that is known when the file begins: some drivers then need not copy it.
   * A `commit` elsewhere may reject with `InvalidPathError`, and leaves the writer open then.
   */
  readonly destination?: string;
}

/** The request that a redirect would answer. */
export interface RedirectRequest {
  readonly method: string;
  /** Address of the client. */
  readonly remoteAddress: string;
}

/**
 * Writes one file in order. A file that begins with the writer, because nothing was there or it was not to be appended,
 * appears with `close` or `commit`, whole; until then there is what was there before. What is appended is there for a
 * later writer only after `close`, and for readers only after `commit`. Whether a file can be read that was closed and
 * not committed since depends on the driver: some only tell its size. A call after `close`, `commit` or `cancel` rejects
 * with `WriterClosedError`.
 *
 * When `close` or `commit` rejects, a file that would have begun is gone. One that was continued is still at its path,
 * with any part of what was appended behind what it had: whoever continues it names the offset.
 */
export abstract class FileWriter {
  /** Bytes so far, those that were there before an append included. */
  abstract readonly size: number;

  /**
   * Takes a chunk; resolves when the next may come, which is how a slow disk holds back a fast sender. The chunk must
   * not be changed before the next `flush` resolves.
   */
  abstract write(chunk: Uint8Array): Promise<void>;

  /** Resolves when the chunks so far are no longer needed, and may be changed. That makes nothing durable. */
  abstract flush(): Promise<void>;

  /** Makes what was written durable and keeps it for a later `append`. */
  abstract close(): Promise<void>;

  /**
   * Makes the file complete and durable; at `destination`, over whatever file is there, when that is given. A file that
   * was continued is then no longer at the path of the writer, and one that begins never was. All of this is one step,
   * and costs less than `commit` and `move`.
   * Rejects with `InvalidPathError` for a destination that is no path, which leaves the writer open, or that is a
   * directory.
   */
  abstract commit(destination?: string): Promise<void>;

  /**
   * Drops what this writer wrote: the file ends where the writer began to append, and one that would have begun never
   * was.
   */
  abstract cancel(): Promise<void>;
}

/**
 * Where the registry keeps its bytes: a store of files with absolute, slash-separated paths, each component of which
 * is one to 255 of `A–Z a–z 0–9 . _ -` and neither `.` nor `..`, of 1024 characters at most. `/` itself is legal for
 * `list`, `walk` and `stat`.
 *
 * Every method rejects with `InvalidPathError` for another path, and with `PathNotFoundError` where it needs something
 * that is not there. What resolves is durable unless `ChangeOptions` say otherwise: it survives a power cut. Every driver passes `describeStorageDriver` of
 * `storage-driver.contract.ts`.
 */
export abstract class StorageDriver {
  /** The driver's name in the configuration. */
  abstract readonly name: string;

  /**
   * The absolute path of the folder of this machine in which each file lies at its path, so that another program can read
   * it there; null where there is no such folder. Files there are for this driver alone to change.
   */
  abstract readonly localRoot: string | null;

  /** The whole content at `path`. For small files. The bytes may be shared with others: do not change them. */
  abstract getContent(path: string): Promise<Buffer>;

  /** What `getContent` gives for each path, or null where no file is. For many small files: it takes less time. */
  getAll(paths: readonly string[]): Promise<(Buffer | null)[]> {
    return eachOf(paths, READS_AT_ONCE, (path) => contentIfPresent(this, path));
  }

  /**
   * Creates or replaces the file at `path`. Readers see the old content or the new, never a part. Only where it is not
   * durable, a power cut may leave no file, or one with any part of the content.
   */
  abstract putContent(path: string, content: Uint8Array, options?: ChangeOptions): Promise<void>;

  /**
   * Creates or replaces several files, step by step, in hardly more time for a step than for one file. Those of a step
   * appear in any order, each as whole as with `putContent`, and those of the next step when all of it is durable. A power
   * cut in the middle of a step may leave any of its files and not the others, whole.
   *
   * When it rejects, others of the step of the one that failed may be there, and none of the steps behind it.
   */
  async putAll(steps: readonly (readonly NewFile[])[]): Promise<void> {
    for (const { path, content } of steps.flat()) await this.putContent(path, content);
  }

  /**
   * Opens the file at `path` from `offset` bytes on, for `length` bytes or to its end. An offset at or after the end
   * gives an empty stream. Rejects with `InvalidOffsetError` for a negative offset. The stream has to be read to its end
   * or destroyed, so that the driver can let go of the file.
   */
  abstract reader(path: string, offset?: number, length?: number): Promise<Readable>;

  /**
   * Hands the file at `path` over to `sink` from `offset` bytes on, for `length` bytes or to its end; for large files,
   * which take more time and memory by way of `reader`. Resolves when the sink has taken all, and does not end it. Where the
   * sink has a `DIRECT_OUTPUT`, bytes may go to its socket past it.
   *
   * Rejects, before anything is handed over, with `PathNotFoundError` and with `InvalidOffsetError` for a negative
   * offset; with `TruncatedFileError` when the file has not as many bytes as `length` asks for; with the error of the
   * sink; and with `SinkClosedError` when the sink is closed before it has taken all.
   */
  async send(path: string, sink: Writable, offset = 0, length?: number): Promise<void> {
    await sendStream(await this.reader(path, offset, length), sink, path, offset, length);
  }

  /**
   * Opens a writer at `path`. Nothing to append to is not an error: the file begins empty. Rejects with
   * `InvalidOffsetError` when the file is shorter than the offset asked for. The writer has to be closed, committed or
   * cancelled. Two writers of one path at the same time are the caller's to prevent.
   */
  abstract writer(path: string, options?: WriterOptions): Promise<FileWriter>;

  abstract stat(path: string): Promise<FileInfo>;

  /** The names (not paths) of what lies directly at `path`, files and directories, in byte order. */
  abstract list(path: string, options?: ListOptions): Promise<string[]>;

  /**
   * Moves a file over whatever file is at `destination`, and makes it complete where it was only closed. Rejects with
   * `PathNotFoundError` when there is no file at `source`; the destination then stays as it is.
   */
  abstract move(source: string, destination: string): Promise<void>;

  /**
   * Deletes a file, or a directory with all below it. Only where that is not durable, a power cut may bring any part back,
   * and directories may stay that are left empty.
   */
  abstract delete(path: string, options?: ChangeOptions): Promise<void>;

  /**
   * Deletes files that were put, each of which need not be there, in hardly more time than one. None may be a directory.
   * A power cut may bring any of them back, and directories may stay that are left empty.
   */
  async discard(paths: readonly string[]): Promise<void> {
    for (const path of paths) requirePath(path);
    for (const path of paths) await deleteIfPresent(this, path, { durable: false });
  }

  /**
   * The files at any depth below `path`, in any order; none where nothing is there. For few files: it takes hardly more
   * time than a list of names. Of several changes that are made meanwhile, a later one may be seen and not an earlier one.
   */
  async filesBelow(path: string): Promise<ListedFile[]> {
    const files: ListedFile[] = [];
    for await (const info of walkIfPresent(this, path)) {
      if (!info.isDirectory) files.push({ path: info.path, inspect: async () => info });
    }
    return files;
  }

  /**
   * Everything below `path`, parents before children, the entries of each directory in byte order. What disappears
   * meanwhile is passed over.
   */
  abstract walk(path: string, options?: WalkOptions): AsyncIterable<FileInfo>;

  /**
   * Drops what writers left behind that never came to an end, because their process died, and that nothing refers to: it
   * only takes space. Only what has not changed since `before` is touched; a writer that is still at work must have begun
   * after that, or written since. Resolves with how much was dropped, in pieces of whatever kind the driver has.
   */
  async purge(_before: Date): Promise<number> {
    return 0;
  }

  /** A URL that serves the file at `path` to this client, or null where the registry has to send it itself. */
  abstract redirectUrl(path: string, request: RedirectRequest): Promise<string | null>;
}

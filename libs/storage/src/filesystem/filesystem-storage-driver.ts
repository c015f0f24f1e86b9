import { fstatSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { requireLength, requireOffset } from '../offset.js';
import { pageOf } from '../page.js';
import { settleAll } from '../settle-all.js';
import {
  type ChangeOptions,
  type FileInfo,
  type FileWriter,
  type ListedFile,
  type ListOptions,
  type NewFile,
  type RedirectRequest,
  StorageDriver,
  type WalkOptions,
  type WriterOptions,
} from '../storage-driver.js';
import { InvalidPathError, PathNotFoundError } from '../storage-error.js';
import { childOf, isComponent, parentOf } from '../storage-path.js';
import { walkTree } from '../walk-tree.js';
import { removeFile, removeFolder } from './deletion.js';
import { openFile, READ, readUpTo, syncData, withDescriptor } from './descriptor.js';
import { inspectEntry, readFolder, readFolderEntries, removeEntry } from './entry.js';
import { codeOf, LINK_RULE, readFailure, writeFailure } from './errno.js';
import { openReader } from './file-reader.js';
import { FilesystemFileWriter } from './filesystem-file-writer.js';
import { Folders } from './folders.js';
import { purgeLeftovers } from './leftovers.js';
import type { Linux } from './linux.js';
import { moveFile } from './moving.js';
import { putFiles, putLightly } from './new-files.js';
import { openWritable } from './open-writable.js';
import { sendFile } from './send-file.js';
import { isTemporary } from './temporary-name.js';
import { requireDirectoryPath, requireFilePath } from './visible-path.js';

/** How many entries of a folder a walk looks at together. */
const ENTRIES_AT_ONCE = 32;

/**
 * Keeps each file at its path below a folder of the file system, which must be there. Symbolic links below it are not
 * followed: reading or writing through one rejects with `InvalidPathError`, and so does a walk that comes to one, as
 * passing over what it hides could be taken for its absence. Names that no path can have are passed over.
 */
export class FilesystemStorageDriver extends StorageDriver {
  readonly name = 'filesystem';
  readonly localRoot: string;
  private readonly folders: Folders;

  constructor(
    root: string,
    private readonly linux: Linux | null = null,
  ) {
    super();
    this.localRoot = resolve(root);
    this.folders = new Folders(this.localRoot);
  }

  async getContent(path: string): Promise<Buffer> {
    requireFilePath(path);
    return this.reading(path, (file) =>
      // The size of an open local file is known to the operating system, so that asking needs no thread.
      withDescriptor(openFile(file, READ), (fd) => readUpTo(fd, fstatSync(fd).size)),
    );
  }

  async putContent(path: string, content: Uint8Array, { durable = true }: ChangeOptions = {}): Promise<void> {
    requireFilePath(path);
    if (durable) await putFiles(this.folders, [[{ path, content }]]);
    else await putLightly(this.folders, { path, content });
  }

  override async putAll(steps: readonly (readonly NewFile[])[]): Promise<void> {
    for (const { path } of steps.flat()) requireFilePath(path);
    await putFiles(this.folders, steps);
  }

  async reader(path: string, offset = 0, length?: number): Promise<Readable> {
    requireFilePath(path);
    requireOffset(path, offset);
    requireLength(length);
    return this.reading(path, (file) => openReader(file, path, offset, length ?? Number.POSITIVE_INFINITY));
  }

  override async send(path: string, sink: Writable, offset = 0, length?: number): Promise<void> {
    requireFilePath(path);
    requireOffset(path, offset);
    requireLength(length);
    const opening = this.reading(path, (file) => openFile(file, READ));
    await withDescriptor(opening, (fd) => sendFile(fd, path, sink, offset, length, this.linux));
  }

  async writer(path: string, options: WriterOptions = {}): Promise<FileWriter> {
    requireFilePath(path);
    return this.writing(
      path,
      async () => new FilesystemFileWriter(await openWritable(this.folders, path, options), this.linux),
    );
  }

  async stat(path: string): Promise<FileInfo> {
    requireDirectoryPath(path);
    return this.reading(path, () => this.inspect(path));
  }

  async list(path: string, options: ListOptions = {}): Promise<string[]> {
    requireDirectoryPath(path);
    return this.reading(path, async () => {
      await this.folders.verify(path);
      return pageOf(await this.namesIn(path), options);
    });
  }

  async move(source: string, destination: string): Promise<void> {
    requireFilePath(source);
    requireFilePath(destination);
    await this.reading(source, (file) => withDescriptor(openFile(file, READ), (fd) => makeDurable(fd, source)));
    await this.writing(destination, () => moveFile(this.folders, source, destination));
  }

  async delete(path: string, { durable = true }: ChangeOptions = {}): Promise<void> {
    requireFilePath(path);
    await this.reading(path, async () => {
      const { isDirectory } = await this.inspect(path);
      await (isDirectory ? removeFolder : removeFile)(this.folders, path);
      const parent = parentOf(path);
      if (durable) await this.folders.tidy(parent);
      else await this.folders.removeIfEmpty(parent);
    });
  }

  override async discard(paths: readonly string[]): Promise<void> {
    for (const path of paths) requireFilePath(path);
    await settleAll(paths.map((path) => unlessNotFound(this.reading(path, removeEntry))));
    for (const folder of new Set(paths.map(parentOf))) await this.folders.removeIfEmpty(folder);
  }

  override async filesBelow(path: string): Promise<ListedFile[]> {
    requireDirectoryPath(path);
    return (await unlessNotFound(this.reading(path, () => this.filesIn(path)))) ?? [];
  }

  async *walk(path: string, options: WalkOptions = {}): AsyncGenerator<FileInfo> {
    requireDirectoryPath(path);
    await this.reading(path, () => this.folders.verify(path));
    yield* walkTree(path, options, (directory, wanted) => this.entriesOf(directory, wanted));
  }

  override purge(before: Date): Promise<number> {
    return purgeLeftovers(this.folders, before);
  }

  async redirectUrl(path: string, _request: RedirectRequest): Promise<null> {
    requireFilePath(path);
    return null;
  }

  private reading<T>(path: string, work: (file: string) => Promise<T>): Promise<T> {
    return this.failingAs(readFailure, path, async (file) => {
      await this.folders.verify(parentOf(path));
      return work(file);
    });
  }

  private writing<T>(path: string, work: (file: string) => Promise<T>): Promise<T> {
    return this.failingAs(writeFailure, path, work);
  }

  private async failingAs<T>(
    translate: (path: string, error: unknown) => unknown,
    path: string,
    work: (file: string) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(this.folders.locate(path));
    } catch (error) {
      throw translate(path, error);
    }
  }

  private async inspect(path: string): Promise<FileInfo> {
    const found = await inspectEntry(this.folders.locate(path));
    if (found.isSymbolicLink()) throw new InvalidPathError(path, LINK_RULE);
    const isDirectory = found.isDirectory();
    return { path, size: isDirectory ? 0 : found.size, modifiedAt: found.mtime, isDirectory };
  }

  private async filesIn(folder: string): Promise<ListedFile[]> {
    await this.folders.verify(folder);
    const entries = await readFolderEntries(this.folders.locate(folder));
    const found = entries
      .filter(({ name }) => isComponent(name) && !isTemporary(name))
      .map(async (entry): Promise<ListedFile[]> => {
        const path = childOf(folder, entry.name);
        if (entry.isSymbolicLink()) throw new InvalidPathError(path, LINK_RULE);
        if (!entry.isDirectory()) return [{ path, inspect: () => this.inspectUnlessGone(path) }];
        return (await unlessNotFound(this.reading(path, () => this.filesIn(path)))) ?? [];
      });
    return (await settleAll(found)).flat();
  }

  private async inspectUnlessGone(path: string): Promise<FileInfo | null> {
    try {
      return await this.inspect(path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  private async namesIn(folder: string): Promise<string[]> {
    const names = await readFolder(this.folders.locate(folder));
    return names.filter((name) => isComponent(name) && !isTemporary(name));
  }

  private async *entriesOf(folder: string, wanted: (path: string) => boolean): AsyncGenerator<FileInfo> {
    const names = await this.failingAs(readFailure, folder, () => this.namesIn(folder));
    const paths = pageOf(names, {})
      .map((name) => childOf(folder, name))
      .filter(wanted);
    for (let next = 0; next < paths.length; next += ENTRIES_AT_ONCE) {
      const batch = paths.slice(next, next + ENTRIES_AT_ONCE);
      const entries = await Promise.all(batch.map((path) => this.inspectUnlessGone(path)));
      yield* entries.filter((entry) => entry !== null);
    }
  }
}

async function unlessNotFound<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PathNotFoundError)) throw error;
    return undefined;
  }
}

/** For a file that another program may have written, which did not wait for the disk. */
async function makeDurable(fd: number, path: string): Promise<void> {
  if (fstatSync(fd).isDirectory()) throw new PathNotFoundError(path);
  await syncData(fd);
}

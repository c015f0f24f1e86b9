import { Readable } from 'node:stream';
import { requireLength, requireOffset } from '../offset.js';
import { pageOf } from '../page.js';
import {
  type FileInfo,
  type FileWriter,
  type ListOptions,
  type RedirectRequest,
  StorageDriver,
  type WalkOptions,
  type WriterOptions,
} from '../storage-driver.js';
import { InvalidOffsetError, PathNotFoundError } from '../storage-error.js';
import { childOf, requirePath, requirePathOrRoot } from '../storage-path.js';
import { walkTree } from '../walk-tree.js';
import { MemoryFileWriter } from './memory-file-writer.js';
import { MemoryDirectory, MemoryFile, MemoryTree } from './memory-tree.js';
import { type Segments, sliceOf } from './segments.js';

/** Keeps everything in the memory of this process, and loses it with the process. */
export class MemoryStorageDriver extends StorageDriver {
  readonly name = 'inmemory';
  readonly localRoot = null;
  private readonly tree = new MemoryTree();

  async getContent(path: string): Promise<Buffer> {
    requirePath(path);
    return Buffer.concat(this.tree.file(path).content);
  }

  async putContent(path: string, content: Uint8Array): Promise<void> {
    requirePath(path);
    this.tree.place(path, new MemoryFile([Buffer.from(content)]));
  }

  async reader(path: string, offset = 0, length?: number): Promise<Readable> {
    requirePath(path);
    requireOffset(path, offset);
    requireLength(length);
    const { content, size } = this.tree.file(path);
    const end = Math.min(size, offset + (length ?? size));
    return Readable.from(copiesOf(sliceOf(content, offset, end)), { objectMode: false });
  }

  async writer(path: string, options: WriterOptions = {}): Promise<FileWriter> {
    requirePath(path);
    const { append = false, offset } = options;
    if (append && offset !== undefined) requireOffset(path, offset);
    const found = this.tree.find(path);
    if (append && found instanceof MemoryFile) return this.resume(path, found, offset ?? found.size);
    if (append && offset) throw new InvalidOffsetError(path, offset);
    return this.begin(path);
  }

  async stat(path: string): Promise<FileInfo> {
    requirePathOrRoot(path);
    const found = this.tree.find(path);
    if (!found) throw new PathNotFoundError(path);
    return infoOf(path, found);
  }

  async list(path: string, options: ListOptions = {}): Promise<string[]> {
    requirePathOrRoot(path);
    return pageOf([...this.tree.directory(path).entries.keys()], options);
  }

  async move(source: string, destination: string): Promise<void> {
    requirePath(source);
    requirePath(destination);
    this.moveFile(source, destination);
  }

  async delete(path: string): Promise<void> {
    requirePath(path);
    if (!this.tree.find(path)) throw new PathNotFoundError(path);
    this.tree.remove(path);
  }

  async *walk(path: string, options: WalkOptions = {}): AsyncGenerator<FileInfo> {
    requirePathOrRoot(path);
    yield* walkTree(path, options, (directory, wanted) => this.entriesOf(directory, wanted));
  }

  async redirectUrl(path: string, _request: RedirectRequest): Promise<null> {
    requirePath(path);
    return null;
  }

  /** A file that begins is nowhere until it is complete. */
  private begin(path: string): FileWriter {
    this.tree.requireRoom(path);
    const file = new MemoryFile();
    return new MemoryFileWriter(path, file, (destination) => {
      this.tree.place(destination, file);
    });
  }

  private resume(path: string, file: MemoryFile, offset: number): FileWriter {
    if (offset > file.size) throw new InvalidOffsetError(path, offset);
    if (offset < file.size) file.content = sliceOf(file.content, 0, offset);
    return new MemoryFileWriter(path, file, (destination) => {
      if (destination !== path) this.moveFile(path, destination);
    });
  }

  private moveFile(source: string, destination: string): void {
    this.tree.place(destination, this.tree.file(source));
    if (source !== destination) this.tree.remove(source);
  }

  private async *entriesOf(directory: string, wanted: (path: string) => boolean): AsyncGenerator<FileInfo> {
    for (const name of pageOf([...this.tree.directory(directory).entries.keys()], {})) {
      const path = childOf(directory, name);
      const entry = wanted(path) ? this.tree.find(path) : undefined;
      if (entry) yield infoOf(path, entry);
    }
  }
}

/** What is handed out may be changed without harm. */
function* copiesOf(segments: Segments): Generator<Buffer> {
  for (const segment of segments) yield Buffer.from(segment);
}

function infoOf(path: string, { size, modifiedAt, isDirectory }: MemoryFile | MemoryDirectory): FileInfo {
  return { path, size, modifiedAt, isDirectory };
}

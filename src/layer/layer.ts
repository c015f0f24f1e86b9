import type { Readable, Writable } from 'node:stream';
import type { Digest } from '#libs/oci';
import { FileReader, pathOf, type RedirectRequest, type StorageDriver } from '#libs/storage';

/** A file on a disk of this machine. */
export interface LocalFile {
  /** The absolute path of the folder of the storage. */
  readonly root: string;
  /** Where the file lies in that folder: a path that begins with a slash. */
  readonly path: string;
}

/**
 * A blob that a repository links, readable from any offset. It says what was found when it was asked for; where the
 * blob is removed from the storage later, reading rejects with `PathNotFoundError`.
 */
export class Layer {
  constructor(
    private readonly storage: StorageDriver,
    /** The digest that it was asked for; of whatever algorithm. */
    readonly digest: Digest,
    /** The sha256 that it is stored under. */
    readonly canonical: Digest,
    /** Bytes. */
    readonly size: number,
    /** When its bytes were last stored, for whatever repository. */
    readonly createdAt: Date,
  ) {}

  /**
   * Its bytes from `offset` on: `length` of them, or all that follow; none where `offset` is behind the end. The stream
   * has to be read to its end or destroyed. Rejects with `InvalidOffsetError` for a negative offset.
   */
  reader(offset = 0, length?: number): Promise<Readable> {
    return this.storage.reader(pathOf.blob(this.canonical), offset, length);
  }

  /**
   * Writes its bytes from `offset` on, `length` of them or all that follow, to `sink`, which it does not end. Rejects when
   * the sink is closed before.
   */
  send(sink: Writable, offset = 0, length?: number): Promise<void> {
    return this.storage.send(pathOf.blob(this.canonical), sink, offset, length);
  }

  /** All of its bytes, from memory where they are asked for often. For small blobs; do not change them. */
  content(): Promise<Buffer> {
    return this.storage.getContent(pathOf.blob(this.canonical));
  }

  /** The file that holds its bytes, for another program to read; null where the storage has no files. */
  get file(): LocalFile | null {
    const root = this.storage.localRoot;
    return root === null ? null : { root, path: pathOf.blob(this.canonical) };
  }

  /** A URL under which this client finds its bytes, for a while; null where the registry has to send them itself. */
  redirectUrl(request: RedirectRequest): Promise<string | null> {
    return this.storage.redirectUrl(pathOf.blob(this.canonical), request);
  }

  /** Opens a reader that seeks in its bytes. It has to be closed. */
  open(): Promise<FileReader> {
    return FileReader.open(this.storage, pathOf.blob(this.canonical));
  }
}

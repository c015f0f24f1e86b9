import type { Readable } from 'node:stream';
import type { Digest } from '#libs/oci';
import { pathOf, type StorageDriver } from '#libs/storage';

/** A blob that a repository links, readable from any offset. */
export class Layer {
  constructor(
    private readonly storage: StorageDriver,
    /** The digest that it was asked for. */
    readonly digest: Digest,
    /** The digest that it is stored under. */
    readonly canonical: Digest,
    /** Bytes. */
    readonly size: number,
    readonly createdAt: Date,
  ) {}

  /** Its bytes from `offset` on: `length` of them, or all that follow. */
  reader(offset = 0, length = this.size - offset): Promise<Readable> {
    return this.storage.reader(pathOf.blob(this.canonical), offset, length);
  }
}

import type { Readable } from 'node:stream';

/** What is known of an object. */
export interface ObjectInfo {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly modifiedAt: Date;
}

/** An object that was opened for reading. */
export interface OpenObject {
  /** Of the whole object, whatever range was asked for. */
  readonly info: ObjectInfo;
  readonly content: Readable;
}

export interface ByteSpan {
  /** First byte. */
  readonly start: number;
  /** Last byte, included; the end of the object when not given. */
  readonly end?: number;
}

export interface PutOptions {
  /** Only where no object has the key. */
  readonly ifAbsent?: boolean;
}

export interface ListRequest {
  /** Only keys that begin with this. */
  readonly prefix: string;
  /** Keys that have a `/` behind the prefix are joined up to it, and listed once, as prefixes. */
  readonly delimited: boolean;
  /** Only keys that sort after this one; of a joined prefix, where any of its keys does. */
  readonly startAfter?: string;
  /** `next` of the page before; `startAfter` is then ignored. */
  readonly continuation?: string;
  /** At most so many objects and prefixes, 1000 at most. */
  readonly limit: number;
}

/** A part of a listing. Objects and prefixes are each in byte order of UTF-8, and both come before those of the next page. */
export interface ObjectPage {
  readonly objects: readonly ObjectInfo[];
  /** With the `/` at their end. */
  readonly prefixes: readonly string[];
  /** Continues the listing; null where this is the last page. */
  readonly next: string | null;
}

/** A part that was stored. Whatever the store needs to find it again is in `tag`. */
export interface StoredPart {
  /** From 1 on, without gaps. */
  readonly number: number;
  /** Bytes. */
  readonly size: number;
  readonly tag: string;
}

/** An object that is being put together from parts and is not there yet. Any process can go on with it. */
export interface PartUpload {
  /** The key that the object will have. */
  readonly key: string;
  readonly id: string;
}

/** What a store can do, and how. */
export interface ObjectStoreTraits {
  /** Bytes that every part but the last has at least; 1 where any size will do. */
  readonly minPartSize: number;
  readonly maxParts: number;
  /** Whether `put` with `ifAbsent` is atomic. Without it, processes cannot exclude each other. */
  readonly putsIfAbsent: boolean;
}

export interface SignOptions {
  /** Milliseconds. */
  readonly expiresIn: number;
}

/**
 * A store of whole objects by key, as S3, Azure Blob Storage and Google Cloud Storage are, with the consistency that all
 * three have: whoever asks after a change was acknowledged sees it, in listings as well.
 *
 * Every method retries what may be retried, and rejects with `StorageUnavailableError` when the store does not answer,
 * refuses the credentials or has too much to do. An object appears whole or not at all. Every store passes
 * `describeObjectStore` of `object-store.contract.ts`.
 */
export abstract class ObjectStore {
  /** The driver's name in the configuration. */
  abstract readonly name: string;
  abstract readonly traits: ObjectStoreTraits;

  /** Null where no object has the key. */
  abstract head(key: string): Promise<ObjectInfo | null>;

  /**
   * Null where no object has the key. A span that begins at or behind the end gives no bytes. The content goes on after a
   * broken connection, and errs with `StorageUnavailableError` where that fails, or where the object was replaced meanwhile.
   */
  abstract get(key: string, span?: ByteSpan): Promise<OpenObject | null>;

  /** Resolves to whether the object was put: false only with `ifAbsent`. */
  abstract put(key: string, content: Uint8Array, options?: PutOptions): Promise<boolean>;

  /** Deletes objects, any number of them; a key that no object has is passed over. */
  abstract delete(keys: readonly string[]): Promise<void>;

  abstract list(request: ListRequest): Promise<ObjectPage>;

  /** Copies an object of `size` bytes inside the store, over whatever has the key. Resolves to whether the source was there. */
  abstract copy(source: string, destination: string, size: number): Promise<boolean>;

  /** Begins an object that is put together from parts. */
  abstract beginParts(key: string): Promise<PartUpload>;

  /**
   * Stores a part; one of the same number that was stored before may be lost. The content may be changed afterwards.
   * Rejects with `PartsGoneError`, as `copyPart` does, where the upload was completed or aborted before and the store
   * tells so.
   */
  abstract putPart(upload: PartUpload, number: number, content: Uint8Array): Promise<StoredPart>;

  /** Makes a part of what an object has between two bytes, `end` included, which is as much as a part may have. */
  abstract copyPart(upload: PartUpload, number: number, source: string, span: Required<ByteSpan>): Promise<StoredPart>;

  /**
   * Makes the object of these parts, over whatever has the key, and drops all others. Rejects with `PartsGoneError` where
   * the upload was completed or aborted before.
   */
  abstract completeParts(upload: PartUpload, parts: readonly StoredPart[]): Promise<void>;

  /** Drops all parts; one that was completed or aborted before is passed over. */
  abstract abortParts(upload: PartUpload): Promise<void>;

  /** The uploads of parts below a prefix that began before a time and are neither complete nor aborted. */
  abstract unfinishedParts(prefix: string, before: Date): AsyncIterable<PartUpload>;

  /** A URL that gives the object to whoever has it, or null where the store cannot sign. */
  abstract sign(key: string, options: SignOptions): Promise<string | null>;

  /** Lets go of connections. Calls that are under way may fail. */
  abstract close(): Promise<void>;
}

import { Readable } from 'node:stream';
import {
  type ByteSpan,
  type ListRequest,
  type ObjectInfo,
  type ObjectPage,
  ObjectStore,
  type ObjectStoreTraits,
  type OpenObject,
  type PartUpload,
  type PutOptions,
  type SignOptions,
  type StoredPart,
} from '../object-store.js';
import { KeyIndex } from './key-index.js';
import { MemoryParts } from './memory-parts.js';

/** The most that a page of a listing holds, as with S3. */
const LARGEST_PAGE = 1000;
/** Of the chunks of a stream. */
const CHUNK_BYTES = 64 * 1024;

interface StoredObject {
  readonly content: Buffer;
  readonly modifiedAt: Date;
}

/** Keeps objects in the memory of this process, for tests: as strict as a real store is, and as fast as none. */
export class MemoryObjectStore extends ObjectStore {
  readonly name = 'memory';
  readonly traits: ObjectStoreTraits;
  private readonly objects = new Map<string, StoredObject>();
  private readonly keys = new KeyIndex();
  private readonly parts: MemoryParts;

  constructor({ minPartSize = 1, maxParts = 10_000, putsIfAbsent = true }: Partial<ObjectStoreTraits> = {}) {
    super();
    this.traits = { minPartSize, maxParts, putsIfAbsent };
    this.parts = new MemoryParts(minPartSize, maxParts);
  }

  async head(key: string): Promise<ObjectInfo | null> {
    return this.infoOf(key);
  }

  async get(
    key: string,
    { start, end = Number.POSITIVE_INFINITY }: ByteSpan = { start: 0 },
  ): Promise<OpenObject | null> {
    const info = this.infoOf(key);
    if (!info) return null;
    const content = this.contentOf(key).subarray(start, end + 1);
    return { info, content: Readable.from(chunksOf(content), { objectMode: false }) };
  }

  async put(key: string, content: Uint8Array, { ifAbsent = false }: PutOptions = {}): Promise<boolean> {
    if (ifAbsent && this.objects.has(key)) return false;
    this.store(key, Buffer.from(content));
    return true;
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.objects.delete(key);
      this.keys.remove(key);
    }
  }

  async list({ prefix, delimited, startAfter = '', continuation, limit }: ListRequest): Promise<ObjectPage> {
    const most = Math.min(limit, LARGEST_PAGE);
    const objects: ObjectInfo[] = [];
    const prefixes: string[] = [];
    let place = Math.max(this.keys.placeOf(prefix), this.placeFor(startAfter, continuation));
    for (;;) {
      const key = this.keys.at(place);
      if (!key?.startsWith(prefix)) return { objects, prefixes, next: null };
      if (objects.length + prefixes.length >= most) return { objects, prefixes, next: `from ${key}` };
      const slash = delimited ? key.indexOf('/', prefix.length) : -1;
      if (slash === -1) {
        objects.push(this.infoOf(key) as ObjectInfo);
        place++;
      } else {
        const joined = key.slice(0, slash + 1);
        prefixes.push(joined);
        place = this.keys.placeAfterAll(joined, place);
      }
    }
  }

  async copy(source: string, destination: string, _size: number): Promise<boolean> {
    const found = this.objects.get(source);
    if (found) this.store(destination, found.content);
    return found !== undefined;
  }

  async beginParts(key: string): Promise<PartUpload> {
    return this.parts.begin(key);
  }

  async putPart(upload: PartUpload, number: number, content: Uint8Array): Promise<StoredPart> {
    return this.parts.put(upload, number, Buffer.from(content));
  }

  async copyPart(
    upload: PartUpload,
    number: number,
    source: string,
    { start, end }: Required<ByteSpan>,
  ): Promise<StoredPart> {
    const content = this.contentOf(source);
    if (start > end || end >= content.length) throw new RangeError(`${source} has no bytes from ${start} to ${end}`);
    return this.parts.put(upload, number, content.subarray(start, end + 1));
  }

  async completeParts(upload: PartUpload, parts: readonly StoredPart[]): Promise<void> {
    this.store(upload.key, this.parts.complete(upload, parts));
  }

  async abortParts(upload: PartUpload): Promise<void> {
    this.parts.abort(upload);
  }

  async *unfinishedParts(prefix: string, before: Date): AsyncGenerator<PartUpload> {
    yield* this.parts.unfinished(prefix, before);
  }

  async sign(_key: string, _options: SignOptions): Promise<string | null> {
    return null;
  }

  async close(): Promise<void> {}

  private store(key: string, content: Buffer): void {
    this.objects.set(key, { content, modifiedAt: new Date() });
    this.keys.add(key);
  }

  private infoOf(key: string): ObjectInfo | null {
    const found = this.objects.get(key);
    return found ? { key, size: found.content.length, modifiedAt: found.modifiedAt } : null;
  }

  private contentOf(key: string): Buffer {
    const found = this.objects.get(key);
    if (!found) throw new RangeError(`no object has the key ${key}`);
    return found.content;
  }

  private placeFor(startAfter: string, continuation: string | undefined): number {
    if (continuation === undefined) return this.keys.placeAfter(startAfter);
    return this.keys.placeOf(continuation.slice('from '.length));
  }
}

/** What is handed out may be changed without harm. */
function* chunksOf(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += CHUNK_BYTES) yield Buffer.from(content.subarray(at, at + CHUNK_BYTES));
}

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
} from './object-store.js';

/** What of a store asks the service, and may fail as it does. */
export type StoreCall = Exclude<keyof ObjectStore, 'name' | 'traits' | 'sign' | 'close'>;

/** A store that leaves everything to another, for those that change a part of one. */
export class ForwardingObjectStore extends ObjectStore {
  constructor(protected readonly inner: ObjectStore) {
    super();
  }

  get name(): string {
    return this.inner.name;
  }

  get traits(): ObjectStoreTraits {
    return this.inner.traits;
  }

  head(key: string): Promise<ObjectInfo | null> {
    return this.call('head', () => this.inner.head(key));
  }

  get(key: string, span?: ByteSpan): Promise<OpenObject | null> {
    return this.call('get', () => this.inner.get(key, span));
  }

  put(key: string, content: Uint8Array, options?: PutOptions): Promise<boolean> {
    return this.call('put', () => this.inner.put(key, content, options));
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.call('delete', () => this.inner.delete(keys));
  }

  list(request: ListRequest): Promise<ObjectPage> {
    return this.call('list', () => this.inner.list(request));
  }

  copy(source: string, destination: string, size: number): Promise<boolean> {
    return this.call('copy', () => this.inner.copy(source, destination, size));
  }

  beginParts(key: string): Promise<PartUpload> {
    return this.call('beginParts', () => this.inner.beginParts(key));
  }

  putPart(upload: PartUpload, number: number, content: Uint8Array): Promise<StoredPart> {
    return this.call('putPart', () => this.inner.putPart(upload, number, content));
  }

  copyPart(upload: PartUpload, number: number, source: string, span: Required<ByteSpan>): Promise<StoredPart> {
    return this.call('copyPart', () => this.inner.copyPart(upload, number, source, span));
  }

  completeParts(upload: PartUpload, parts: readonly StoredPart[]): Promise<void> {
    return this.call('completeParts', () => this.inner.completeParts(upload, parts));
  }

  abortParts(upload: PartUpload): Promise<void> {
    return this.call('abortParts', () => this.inner.abortParts(upload));
  }

  async *unfinishedParts(prefix: string, before: Date): AsyncGenerator<PartUpload> {
    const uploads = this.inner.unfinishedParts(prefix, before)[Symbol.asyncIterator]();
    for (;;) {
      const next = await this.call('unfinishedParts', () => uploads.next());
      if (next.done) return;
      yield next.value;
    }
  }

  sign(key: string, options: SignOptions): Promise<string | null> {
    return this.inner.sign(key, options);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  /** Everything that asks the service goes through here. */
  protected call<T>(_name: StoreCall, ask: () => Promise<T>): Promise<T> {
    return ask();
  }
}

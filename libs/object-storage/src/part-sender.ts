import { UnsupportedError } from '#libs/storage';
import type { ObjectStore, PartUpload, StoredPart } from './object-store.js';
import type { PartPool } from './part-buffer.js';

export interface PartSenderOptions {
  /** How many parts are on their way at a time. */
  readonly concurrency: number;
  /** Gets back the buffers of parts that are stored. */
  readonly pool: PartPool;
}

/** Stores the parts of an object behind those that it has, several at a time. A failure is reported by the next call. */
export class PartSender {
  private readonly parts: StoredPart[];
  private readonly underway = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | null = null;

  constructor(
    private readonly store: ObjectStore,
    readonly upload: PartUpload,
    parts: readonly StoredPart[],
    private readonly options: PartSenderOptions,
  ) {
    this.parts = [...parts];
  }

  /** The parts that are stored and on their way, in their order; all are stored once `settle` has resolved. */
  get stored(): readonly StoredPart[] {
    return this.parts;
  }

  /** Resolves when the part is on its way, which is when there is room for it. The buffer belongs to the sender then. */
  async send(buffer: Buffer): Promise<void> {
    // One whose part failed may still be read by what is left of a connection: it is not given back.
    await this.start(buffer, () => this.options.pool.give(buffer));
  }

  /** Makes the object of all parts, with `tail` as the last one: a put of a part, where there is a tail, and one call. */
  async complete(tail: Buffer): Promise<void> {
    if (tail.length > 0) await this.start(tail);
    await this.settle();
    this.throwFailure();
    await this.store.completeParts(this.upload, this.parts);
  }

  /** Resolves when no part is on its way any more, whether it failed or not. */
  async settle(): Promise<void> {
    await Promise.all(this.underway);
  }

  throwFailure(): void {
    if (this.failure) throw this.failure.error;
  }

  private async start(content: Buffer, onStored: () => void = () => undefined): Promise<void> {
    const number = this.parts.length + 1;
    const { maxParts } = this.store.traits;
    if (number > maxParts) throw new UnsupportedError(this.store.name, `files of more than ${maxParts} parts`);
    while (this.underway.size >= this.options.concurrency) await Promise.race(this.underway);
    this.throwFailure();
    this.parts.push({ number, size: content.length, tag: '' });
    const sending = this.store
      .putPart(this.upload, number, content)
      .then((part) => {
        this.parts[number - 1] = part;
        onStored();
      })
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.underway.delete(sending));
    this.underway.add(sending);
  }
}

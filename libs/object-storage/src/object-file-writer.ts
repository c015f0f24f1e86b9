import { randomUUID } from 'node:crypto';
import { FileWriter, InvalidPathError, requirePath, WriterClosedError } from '#libs/storage';
import { FileEnding, isContinued, type Written } from './file-ending.js';
import { type Keys, recordsPrefix } from './keys.js';
import type { ObjectStore, PartUpload } from './object-store.js';
import { PartsGoneError } from './object-store-error.js';
import type { OpenFile } from './open-file.js';
import { PartBuffer } from './part-buffer.js';
import { PartSender, type PartSenderOptions } from './part-sender.js';

/**
 * Writes a file part by part. One that fits into a part is put as an object when it is closed or committed: one put.
 * A larger one costs a call to begin, one for each part, and one to complete it.
 */
export class ObjectFileWriter extends FileWriter {
  private state: WriterClosedError['state'] | 'open' = 'open';
  private written = 0;
  private readonly buffer: PartBuffer;
  private readonly ending: FileEnding;
  private sender: PartSender | null;
  /** Resolves when the writes so far are over. */
  private turn: Promise<void> = Promise.resolve();
  private failure: { readonly error: unknown } | null = null;

  constructor(
    private readonly store: ObjectStore,
    private readonly keys: Keys,
    private readonly file: OpenFile,
    private readonly options: PartSenderOptions,
  ) {
    super();
    this.buffer = new PartBuffer(file.partSize, options.pool);
    this.buffer.add(file.tail);
    this.ending = new FileEnding(store, file);
    this.sender = file.upload && this.senderOf(file.upload);
  }

  get size(): number {
    return this.file.size + this.written;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.requireOpen();
    this.written += chunk.length;
    this.turn = this.turn
      .then(() => this.take(chunk))
      .catch((error: unknown) => {
        this.failure ??= { error };
      });
    await this.requireWritten();
  }

  /** Chunks are copied as they are taken. */
  async flush(): Promise<void> {
    this.requireOpen();
    await this.requireWritten();
  }

  async close(): Promise<void> {
    this.requireOpen();
    this.state = 'closed';
    // What was continued and has not changed is kept already.
    const isUnchanged = isContinued(this.file) && this.written === 0;
    await this.end((written) => (isUnchanged ? this.ending.undo(written) : this.ending.keep(written)));
  }

  async commit(destination = this.file.path): Promise<void> {
    this.requireOpen();
    requirePath(destination);
    const target = this.keys.of(destination);
    if (target !== (this.boundTo ?? target))
      throw new InvalidPathError(destination, 'the file began for another place');
    this.state = 'committed';
    await this.end((written) => this.ending.complete(written, target));
  }

  async cancel(): Promise<void> {
    this.requireOpen();
    this.state = 'cancelled';
    await this.turn;
    await this.ending.undo(this.content);
    this.written = 0;
    this.buffer.release();
  }

  private async take(chunk: Uint8Array): Promise<void> {
    if (this.failure) return;
    this.sender?.throwFailure();
    for (let rest = chunk; rest.length > 0; ) {
      if (this.buffer.isFull) await this.sendPart();
      rest = rest.subarray(this.buffer.add(rest));
    }
  }

  private async sendPart(): Promise<void> {
    await this.ending.recordStart(this.buffer.content);
    this.sender ??= this.senderOf(await this.store.beginParts(await this.chooseKey()));
    await this.sender.send(this.buffer.take());
  }

  /** The key that the parts are for. What is replaced stays where it is until it is known where the file belongs. */
  private async chooseKey(): Promise<string> {
    const { key, found, destination } = this.file;
    if (destination !== null) return destination;
    const isTaken = found === 'unknown' && (await this.store.head(key)) !== null;
    return isTaken ? `${recordsPrefix(key)}${randomUUID()}` : key;
  }

  /** The only key at which the file may become complete; null where any will do. */
  private get boundTo(): string | null {
    const { key, destination } = this.file;
    const begun = this.sender?.upload.key ?? key;
    return begun === key || begun.startsWith(recordsPrefix(key)) ? destination : begun;
  }

  private get content(): Written {
    return { size: this.size, sender: this.sender, tail: this.buffer.content };
  }

  private async end(work: (written: Written) => Promise<void>): Promise<void> {
    try {
      await this.requireWritten();
      await work(this.content);
    } catch (error) {
      // The failure that counts is the first.
      await this.ending.undo(this.content).catch(() => undefined);
      throw error;
    }
    this.buffer.release();
  }

  /** Where the parts are gone, it is for `commit` to find out whether that is because the file is complete. */
  private async requireWritten(): Promise<void> {
    await this.turn;
    if (this.failure && !(this.failure.error instanceof PartsGoneError)) throw this.failure.error;
  }

  private senderOf(upload: PartUpload): PartSender {
    return new PartSender(this.store, upload, this.file.parts, this.options);
  }

  private requireOpen(): void {
    if (this.state !== 'open') throw new WriterClosedError(this.file.path, this.state);
  }
}

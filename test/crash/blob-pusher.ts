import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { BlobRecord, Journal, UploadRecord } from './journal.ts';
import type { Random } from './random.ts';
import type { RegistryClient } from './registry-client.ts';

const STYLES = ['single', 'put', 'chunked', 'chunked', 'streamed', 'streamed'] as const;
export type Style = (typeof STYLES)[number];

/** Pushes blobs in every way there is, noting in the journal before and after each request what may be stored. */
export class BlobPusher {
  readonly #client: RegistryClient;
  readonly #journal: Journal;
  readonly #random: Random;

  constructor(client: RegistryClient, journal: Journal, random: Random) {
    this.#client = client;
    this.#journal = journal;
    this.#random = random;
  }

  async push(repository: string, content: Buffer, style: Style = this.#random.pick(STYLES)): Promise<BlobRecord> {
    const digest = digestOf(content, this.#random.chance(1 / 8) ? 'sha512' : 'sha256');
    const record = this.#journal.blob(repository, digest, content.length);
    if (style === 'single') {
      await this.#client.pushWhole(repository, digest, content);
    } else {
      const upload = await this.#start(repository, digest, content);
      if (style === 'chunked') await this.#sendChunks(upload);
      if (style === 'streamed') await this.#stream(upload);
      await this.#close(upload);
    }
    record.acknowledged = true;
    return record;
  }

  /** Begins an upload and leaves it after some chunks, for a later server to finish. */
  async leaveUnfinished(repository: string, content: Buffer): Promise<void> {
    const upload = await this.#start(repository, digestOf(content, 'sha256'), content);
    const chunks = this.#random.integer(0, 3);
    for (let sent = 0; sent < chunks && upload.offset < content.length - 1; sent += 1) await this.#sendChunk(upload);
  }

  async #start(repository: string, digest: string, content: Buffer): Promise<UploadRecord> {
    const location = await this.#client.startUpload(repository);
    const upload = { repository, digest, content, location, offset: 0, handedOver: 0, closing: false };
    this.#journal.uploads.add(upload);
    return upload;
  }

  async #sendChunks(upload: UploadRecord): Promise<void> {
    const rest = this.#random.chance(0.5) ? upload.content.length : Math.floor(upload.content.length * 0.7);
    while (upload.offset < rest) await this.#sendChunk(upload);
  }

  async #sendChunk(upload: UploadRecord): Promise<void> {
    const size = this.#random.integer(2, Math.max(2, Math.ceil(upload.content.length / 3)));
    const start = upload.offset;
    const end = Math.min(start + size, upload.content.length);
    const body = this.#random.chance(0.5) ? this.#atOnce(upload, start, end) : this.#slowly(upload, start, end);
    upload.location = await this.#client.patch(upload.location, body, { start, end });
    acknowledge(upload);
  }

  async #stream(upload: UploadRecord): Promise<void> {
    const body = this.#slowly(upload, 0, upload.content.length);
    upload.location = await this.#client.patch(upload.location, body);
    acknowledge(upload);
  }

  #atOnce(upload: UploadRecord, start: number, end: number): Buffer {
    upload.handedOver = end - start;
    return upload.content.subarray(start, end);
  }

  #slowly(upload: UploadRecord, start: number, end: number): AsyncIterable<Uint8Array> {
    return { [Symbol.asyncIterator]: () => this.#pieces(upload, start, end) };
  }

  /** Gives the content in pieces with pauses, so that a kill finds bodies half sent. */
  async *#pieces(upload: UploadRecord, start: number, end: number): AsyncGenerator<Uint8Array> {
    const piece = this.#random.integer(4_096, 65_536);
    for (let offset = start; offset < end; offset += piece) {
      if (offset + piece >= end) upload.handedOver = end - start;
      yield upload.content.subarray(offset, Math.min(offset + piece, end));
      await pause(this.#random.integer(0, 5));
    }
  }

  async #close(upload: UploadRecord): Promise<void> {
    const start = upload.offset;
    const end = upload.content.length;
    const rest = this.#atOnce(upload, start, end);
    upload.closing = true;
    const range = rest.length > 0 && this.#random.chance(0.5) ? { start, end } : undefined;
    await this.#client.finishUpload(upload.location, upload.digest, rest, range);
    this.#journal.uploads.delete(upload);
  }
}

export function digestOf(content: Buffer, algorithm: 'sha256' | 'sha512' = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(content).digest('hex')}`;
}

function acknowledge(upload: UploadRecord): void {
  upload.offset += upload.handedOver;
  upload.handedOver = 0;
}

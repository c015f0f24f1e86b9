import { type ContentRange, type Digest, OciError } from '#libs/oci';
import {
  type FileWriter,
  isCanonical,
  type LockManager,
  linkFile,
  type NewFile,
  pathOf,
  type StorageDriver,
  type WriterOptions,
} from '#libs/storage';
import type { Content } from './content.js';
import { type ContentHash, ContentHashes } from './content-hashes.js';
import { requirePushable } from './layer-error.js';
import { pump, requireLength } from './pump.js';
import { readWhole, SMALL_BLOB } from './small-blob.js';
import { NOTHING_YET, type UploadState, type UploadStore } from './upload-store.js';

export interface FinishOptions {
  /** Of the whole blob. */
  readonly digest: Digest;
  /** Bytes of the whole blob; not checked when absent or negative. */
  readonly size?: number;
  /** Where the content that comes with the request stands. */
  readonly range?: ContentRange;
  /** Bytes of the content that comes with the request, where that is known: a small blob is stored in less time. */
  readonly length?: number;
}

/** How long a request waits for another one on the same session, in milliseconds. */
const LOCK_WAIT = 5_000;

/**
 * An upload session. All of its state is in the storage, so that any process can continue it. What a call that fails
 * has brought is dropped: the session stays at the offset that was last acknowledged, ready for another try. Calls on
 * one session run one after the other, among all processes; one that waits too long rejects with `LockTimeoutError`.
 * Every call on a session that was finished or cancelled throws `BLOB_UPLOAD_UNKNOWN`.
 *
 * Order of writes: data, hash state, answer; and to finish: data, hash state, blob, link, answer. A small blob that comes
 * in one piece is put with its link in one step, so that a power cut may leave the link alone: that links nothing.
 */
export class LayerUpload {
  constructor(
    private readonly storage: StorageDriver,
    private readonly locks: LockManager,
    private readonly store: UploadStore,
    /** The repository. */
    readonly name: string,
    /** What `LayerService.resume` finds it by. */
    readonly id: string,
    private acknowledged: number,
  ) {}

  /** Bytes that were acknowledged: when this was made, or by the last `write` since. */
  get offset(): number {
    return this.acknowledged;
  }

  /** The bytes that were acknowledged, as the Range header of an upload has them. */
  get range(): string {
    return receivedRange(this.acknowledged);
  }

  /**
   * Appends content and makes it durable. Throws `BLOB_UPLOAD_INVALID` with status 416 when `range` does not begin at
   * the offset, and `SIZE_INVALID` when the content is not as long as `range`.
   */
  write(content: Content, range?: ContentRange): Promise<void> {
    return this.exclusively(async (state) => {
      requireStart(state, range);
      await this.store.prepare(this.name, this.id, state);
      const hashes = [...state.hashes.values()].filter((hash) => hash !== null);
      const begin = { append: true, offset: state.offset };
      const size = await this.append(begin, content, hashes, range, (writer) => writer.close());
      if (size > state.offset) await this.store.save(this.name, this.id, size, state);
      this.acknowledged = size;
    });
  }

  /**
   * Appends the last content, if any, and makes the whole a blob that the repository links: `LayerService.fetch` finds
   * it under the digest. Throws what `write` throws, `SIZE_INVALID` when the whole is not as long as said, and
   * `DIGEST_INVALID` when its digest is another, or a tarsum under which no layer is pushed.
   */
  finish(options: FinishOptions, content: Content = nothing()): Promise<void> {
    return this.exclusively(async (state) => {
      requireStart(state, options.range);
      if (state.offset > 0) await this.store.prepare(this.name, this.id, state);
      await this.complete(state, options, content);
      await this.store.end(this.name, this.id, state);
    });
  }

  /** Stores a blob that comes in one piece: no session is made of it. Throws what `finish` throws. */
  put(options: FinishOptions, content: Content): Promise<void> {
    return this.complete(NOTHING_YET, options, content);
  }

  private async complete(state: UploadState, options: FinishOptions, content: Content): Promise<void> {
    requirePushable(options.digest);
    const hashes = new ContentHashes(state, options.digest);
    const isWhole = state.offset === 0;
    if (options.length === 0 && !isWhole && state.session.size === state.offset && hashes.isComplete) {
      return this.completeWithoutMore(state, hashes, options, content);
    }
    if (isWhole && options.length !== undefined && options.length <= SMALL_BLOB) {
      return this.putSmall(hashes, options, await readWhole(content, options.length));
    }
    const begin = isWhole ? beginningOf(options.digest) : { append: true, offset: state.offset };
    const size = await this.append(begin, content, hashes.running, options.range, async (writer) => {
      requireSize(writer.size, options.size);
      if (hashes.isComplete) hashes.requireDigest();
      // What came in one piece becomes a blob at once.
      await writer.commit(isWhole ? pathOf.blob(hashes.requireDigest()) : undefined);
    });
    if (!isWhole) await this.moveToBlobs(state, hashes, size);
    await this.storage.putAll([this.links(options.digest, hashes.requireDigest())]);
  }

  /** All of the data is there, and has been acknowledged: it needs no writer. */
  private async completeWithoutMore(
    { offset }: UploadState,
    hashes: ContentHashes,
    { digest, size, range }: FinishOptions,
    content: Content,
  ): Promise<void> {
    requireLength(range, (await readWhole(content, 0)).length);
    requireSize(offset, size);
    const canonical = hashes.requireDigest();
    await this.storage.move(pathOf.uploadData(this.name, this.id), pathOf.blob(canonical));
    await this.storage.putAll([this.links(digest, canonical)]);
  }

  /** Makes a blob of data that came in several pieces. */
  private async moveToBlobs(state: UploadState, hashes: ContentHashes, size: number): Promise<void> {
    const data = pathOf.uploadData(this.name, this.id);
    if (!hashes.isComplete) await hashes.readAgain(await this.storage.reader(data, 0, size));
    const canonical = hashes.requireDigest();
    // From here on the data is a blob. A crash must not cost the session what was acknowledged: the hash finds it.
    if (size > state.offset) await this.store.record(this.name, this.id, size, state.hashes);
    await this.storage.move(data, pathOf.blob(canonical));
  }

  private async putSmall(
    hashes: ContentHashes,
    { digest, size, range }: FinishOptions,
    content: Buffer,
  ): Promise<void> {
    requireLength(range, content.length);
    requireSize(content.length, size);
    for (const hash of hashes.running) hash.update(content);
    const canonical = hashes.requireDigest();
    await this.storage.putAll([[{ path: pathOf.blob(canonical), content }, ...this.links(digest, canonical)]]);
  }

  private links(digest: Digest, canonical: Digest): NewFile[] {
    // A digest of another kind is an alias.
    const digests = isCanonical(digest) ? [canonical] : [canonical, digest];
    return digests.map((each) => linkFile(pathOf.layerLink(this.name, each), canonical));
  }

  /** Ends the session and drops what it holds. */
  cancel(): Promise<void> {
    return this.exclusively(() => this.store.remove(this.name, this.id));
  }

  /** One request at a time; each begins with what the storage says, for another process may have gone on. */
  private exclusively(work: (state: UploadState) => Promise<void>): Promise<void> {
    const locked = async () => work(await this.store.load(this.name, this.id));
    return this.locks.exclusively(`upload/${this.id}`, locked, { wait: LOCK_WAIT });
  }

  /** Writes content where `options` say and then seals it; resolves to the size of the whole. */
  private async append(
    options: WriterOptions,
    content: Content,
    hashes: readonly ContentHash[],
    range: ContentRange | undefined,
    seal: (writer: FileWriter) => Promise<void>,
  ): Promise<number> {
    const writer = await this.storage.writer(pathOf.uploadData(this.name, this.id), options);
    try {
      await pump(content, writer, hashes, range);
      await seal(writer);
      return writer.size;
    } catch (error) {
      // The first failure is the one to tell; what a failed cancel leaves behind the offset does not count.
      await writer.cancel().catch(() => undefined);
      throw error;
    }
  }
}

/** `0-0` for none, too: the specification has no form for it. */
function receivedRange(offset: number): string {
  return `0-${Math.max(offset - 1, 0)}`;
}

/**
 * A blob that comes in one piece takes the place of what may be there, which was not acknowledged. Some storages have it
 * where it belongs while it comes in, if they know that, and need not copy it.
 */
function beginningOf(digest: Digest): WriterOptions {
  return isCanonical(digest) ? { destination: pathOf.blob(digest) } : {};
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Throws where a chunk does not begin at the offset: chunks come in order, and none twice. */
function requireStart({ offset }: UploadState, range: ContentRange | undefined): void {
  if (range === undefined || range.start === offset) return;
  throw new OciError(
    'BLOB_UPLOAD_INVALID',
    { start: range.start, offset },
    {
      status: 416,
      message: 'the chunk does not begin where the upload ends',
      headers: { Range: receivedRange(offset) },
    },
  );
}

function requireSize(size: number, expected: number | undefined): void {
  if (expected === undefined || expected < 0 || size === expected) return;
  throw new OciError('SIZE_INVALID', { size, expected });
}

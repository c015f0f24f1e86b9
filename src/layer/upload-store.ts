import { createHash, type HashAlgorithm, isHashAlgorithm, type ResumableHash, restoreHash } from '#libs/hash';
import { CANONICAL_ALGORITHM, Digest, OciError } from '#libs/oci';
import {
  contentIfPresent,
  deleteIfPresent,
  listIfPresent,
  type NewFile,
  pathOf,
  type StorageDriver,
  sizeIfPresent,
  UPLOAD_ENTRIES,
} from '#libs/storage';

/** What is known of an upload between two requests. */
export interface UploadState {
  /** Bytes that were acknowledged. Whatever the data holds behind them does not count. */
  readonly offset: number;
  /** Whether a hash state tells the offset. */
  readonly isRecorded: boolean;
  /** By algorithm, the hash of those bytes; null where its state is missing or unknown and the data must be read again. */
  readonly hashes: ReadonlyMap<HashAlgorithm, ResumableHash | null>;
  /** The blob that the data has become, where a process died before the session ended; null where the data is in place. */
  readonly blob: Digest | null;
  /** Whether nothing is stored but that the session has begun. */
  readonly isBare: boolean;
}

/** What is known of an upload that nothing has come in for. */
export const NOTHING_YET: UploadState = { offset: 0, isRecorded: false, hashes: new Map(), blob: null, isBare: true };

/** What need not survive a power cut: see `UploadStore`. */
const LIGHTLY = { durable: false };

/** Throws `BLOB_UPLOAD_UNKNOWN` for what is no id of any upload. */
export function requireId(id: string): void {
  if (!ID.test(id)) throw new OciError('BLOB_UPLOAD_UNKNOWN', { id });
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The upload sessions in the storage, in the form of Distribution, so that any process can take up any of them.
 *
 * The greatest offset that has a hash state is the one that was acknowledged: the state is written after the data is
 * durable and before the client is told. Our own sessions have a state before they have data; a session that has data
 * and no state is a foreign one, and all of its data counts.
 *
 * A session becomes durable with the first data that is acknowledged: `prepare` comes before it. Until then a power cut
 * may lose it, as it holds nothing that a client could miss; nor does it matter if one brings back a session that was
 * finished, or a hash state that a later one has replaced.
 */
export class UploadStore {
  constructor(private readonly storage: StorageDriver) {}

  /** Makes a session whose content is hashed for a digest of `algorithm`; the canonical hash needs no record yet. */
  async create(name: string, id: string, algorithm: HashAlgorithm): Promise<void> {
    if (algorithm !== CANONICAL_ALGORITHM) {
      const { path, content } = mark(name, id, 0, algorithm, createHash(algorithm).save());
      await this.storage.putContent(path, content, LIGHTLY);
    }
    const startedAt = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    await this.storage.putContent(pathOf.uploadStartedAt(name, id), Buffer.from(startedAt), LIGHTLY);
  }

  /** Throws `BLOB_UPLOAD_UNKNOWN`. */
  async load(name: string, id: string): Promise<UploadState> {
    const entries = await this.requireSession(name, id);
    if (!entries.includes(UPLOAD_ENTRIES.data) && !entries.includes(UPLOAD_ENTRIES.hashes)) {
      return { ...NOTHING_YET, hashes: new Map([[CANONICAL_ALGORITHM, createHash(CANONICAL_ALGORITHM)]]) };
    }
    // In this order: while somebody is at work on the session, the data may only grow beyond what the offsets tell.
    const offsets = await this.offsetsOf(name, id, CANONICAL_ALGORITHM);
    const size = await sizeIfPresent(this.storage, pathOf.uploadData(name, id));
    const blob = size === null ? await this.findBlob(name, id, offsets.at(-1) ?? 0) : null;
    const recorded = blob ? offsets.at(-1) : offsets.findLast((acknowledged) => acknowledged <= (size ?? 0));
    const offset = recorded ?? size ?? 0;
    const hashes = await this.hashesAt(name, id, offset);
    return { offset, isRecorded: recorded !== undefined, hashes, blob, isBare: false };
  }

  private async hashesAt(name: string, id: string, offset: number): Promise<UploadState['hashes']> {
    const hashes = new Map<HashAlgorithm, ResumableHash | null>();
    for (const algorithm of await this.algorithmsOf(name, id)) {
      hashes.set(algorithm, await this.restore(name, id, algorithm, offset));
    }
    return hashes;
  }

  /** Records that `offset` bytes are durable, with the hashes of them, and forgets what was recorded before. */
  async save(name: string, id: string, offset: number, hashes: UploadState['hashes']): Promise<void> {
    await this.storage.putAll([
      [...hashes].map(([algorithm, hash]) => mark(name, id, offset, algorithm, hash?.save() ?? null)),
    ]);
    for (const algorithm of hashes.keys()) {
      for (const earlier of await this.offsetsOf(name, id, algorithm)) {
        if (earlier === offset) continue;
        await deleteIfPresent(this.storage, pathOf.uploadHashState(name, id, algorithm, earlier), LIGHTLY);
      }
    }
  }

  /**
   * Makes a session ready for more data. Data that has become a blob is brought back; and the offset is recorded where it
   * is not, or else a crash would make what is added next count. The record makes the whole session durable.
   */
  async prepare(name: string, id: string, { offset, isRecorded, blob }: UploadState): Promise<void> {
    if (blob) await this.bringBack(name, id, blob);
    if (isRecorded) return;
    const startedAt = pathOf.uploadStartedAt(name, id);
    const begun = { path: startedAt, content: await this.storage.getContent(startedAt) };
    await this.storage.putAll([[begun, mark(name, id, offset, CANONICAL_ALGORITHM, null)]]);
  }

  private async bringBack(name: string, id: string, blob: Digest): Promise<void> {
    const writer = await this.storage.writer(pathOf.uploadData(name, id));
    for await (const chunk of await this.storage.reader(pathOf.blob(blob))) await writer.write(chunk);
    await writer.close();
  }

  /** The blob of the first `offset` bytes of a session, if there is one; the hash of them tells which. */
  private async findBlob(name: string, id: string, offset: number): Promise<Digest | null> {
    const hash = offset > 0 ? await this.restore(name, id, CANONICAL_ALGORITHM, offset) : null;
    if (!hash) return null;
    const digest = Digest.from(CANONICAL_ALGORITHM, hash.digest());
    return (await sizeIfPresent(this.storage, pathOf.blob(digest))) === offset ? digest : null;
  }

  /** Removes a session whose data has become a blob. */
  async end(name: string, id: string, { isBare }: UploadState): Promise<void> {
    const path = isBare ? pathOf.uploadStartedAt(name, id) : pathOf.upload(name, id);
    await deleteIfPresent(this.storage, path, LIGHTLY);
  }

  /** Removes a session with what it holds. */
  async remove(name: string, id: string): Promise<void> {
    await deleteIfPresent(this.storage, pathOf.upload(name, id));
  }

  /** What the session holds. */
  private async requireSession(name: string, id: string): Promise<string[]> {
    requireId(id);
    const entries = await listIfPresent(this.storage, pathOf.upload(name, id));
    if (!entries.includes(UPLOAD_ENTRIES.startedAt)) throw new OciError('BLOB_UPLOAD_UNKNOWN', { id });
    return entries;
  }

  private async algorithmsOf(name: string, id: string): Promise<Set<HashAlgorithm>> {
    const algorithms = await listIfPresent(this.storage, pathOf.uploadHashes(name, id));
    return new Set([CANONICAL_ALGORITHM, ...algorithms.filter(isHashAlgorithm)]);
  }

  /** In ascending order. */
  private async offsetsOf(name: string, id: string, algorithm: string): Promise<number[]> {
    const names = await listIfPresent(this.storage, pathOf.uploadHashStates(name, id, algorithm));
    return names
      .filter((text) => /^\d{1,15}$/.test(text))
      .map(Number)
      .sort((a, b) => a - b);
  }

  private async restore(
    name: string,
    id: string,
    algorithm: HashAlgorithm,
    offset: number,
  ): Promise<ResumableHash | null> {
    if (offset === 0) return createHash(algorithm);
    const state = await contentIfPresent(this.storage, pathOf.uploadHashState(name, id, algorithm, offset));
    const hash = state && restoreHash(algorithm, state);
    return hash?.length === offset ? hash : null;
  }
}

/** An empty file stands for a hash whose state cannot be saved: readers take it for an unknown form, and hash anew. */
function mark(name: string, id: string, offset: number, algorithm: string, state: Buffer | null): NewFile {
  return { path: pathOf.uploadHashState(name, id, algorithm, offset), content: state ?? Buffer.alloc(0) };
}

import { createHash, type HashAlgorithm, type ResumableHash, restoreHash } from '#libs/hash';
import { CANONICAL_ALGORITHM, Digest, OciError } from '#libs/oci';
import {
  contentIfPresent,
  deleteIfPresent,
  type NewFile,
  pathOf,
  type StorageDriver,
  settleAll,
  sizeIfPresent,
} from '#libs/storage';
import { readSession, type UploadSession } from './upload-session.js';

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
  /** What the session held when it was read. */
  readonly session: UploadSession;
}

/** What is known of an upload that nothing has come in for. */
export const NOTHING_YET: UploadState = {
  offset: 0,
  isRecorded: false,
  hashes: new Map(),
  blob: null,
  session: { beginning: null, size: null, marks: [] },
};

/** How often a session is read in which somebody seems to be at work, before that counts as damage. */
const READS = 3;

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
    const { path, content } = beginning(name, id, new Date());
    await this.storage.putContent(path, content, LIGHTLY);
  }

  /** Throws `BLOB_UPLOAD_UNKNOWN`. */
  async load(name: string, id: string): Promise<UploadState> {
    requireId(id);
    const session = await this.read(name, id);
    if (!session.beginning) throw new OciError('BLOB_UPLOAD_UNKNOWN', { id });
    const { size } = session;
    const offsets = offsetsOf(session);
    const blob = size === null ? await this.findBlob(name, id, offsets.at(-1) ?? 0) : null;
    const recorded = blob ? offsets.at(-1) : offsets.findLast((acknowledged) => acknowledged <= (size ?? 0));
    const offset = recorded ?? size ?? 0;
    const hashes = await this.hashesAt(name, id, session, offset);
    return { offset, isRecorded: recorded !== undefined, hashes, blob, session };
  }

  /**
   * While somebody is at work on the session, the hash states that go with the size may be replaced before they are seen:
   * it is then read again.
   */
  private async read(name: string, id: string): Promise<UploadSession> {
    for (let reads = 1; ; reads++) {
      const session = await readSession(this.storage, name, id);
      const { size } = session;
      const offsets = offsetsOf(session);
      const isTorn = size !== null && offsets.length > 0 && offsets.every((offset) => offset > size);
      if (!isTorn || reads === READS) return session;
    }
  }

  private async hashesAt(
    name: string,
    id: string,
    { marks }: UploadSession,
    offset: number,
  ): Promise<UploadState['hashes']> {
    const algorithms = [...new Set<HashAlgorithm>([CANONICAL_ALGORITHM, ...marks.map(({ algorithm }) => algorithm)])];
    const hashes = await Promise.all(algorithms.map((algorithm) => this.restore(name, id, algorithm, offset)));
    return new Map(algorithms.map((algorithm, index) => [algorithm, hashes[index] ?? null]));
  }

  /** Records that `offset` bytes are durable, with the hashes of them. */
  async record(name: string, id: string, offset: number, hashes: UploadState['hashes']): Promise<void> {
    const states = [...hashes].map(([algorithm, hash]) => mark(name, id, offset, algorithm, hash?.save() ?? null));
    await this.storage.putAll([states]);
  }

  /**
   * Records like `record`, for a session that goes on from `state`, and forgets what was recorded before that. What `state`
   * began with stays until the next time, so that nobody has to wait for it to go.
   */
  async save(name: string, id: string, offset: number, state: UploadState): Promise<void> {
    const outdated = state.session.marks.filter((known) => known.offset !== state.offset && known.offset !== offset);
    const paths = outdated.map((known) => pathOf.uploadHashState(name, id, known.algorithm, known.offset));
    await settleAll([this.record(name, id, offset, state.hashes), this.storage.discard(paths)]);
  }

  /**
   * Makes a session ready for more data. Data that has become a blob is brought back; and the offset is recorded where it
   * is not, or else a crash would make what is added next count. The record makes the whole session durable.
   */
  async prepare(name: string, id: string, { offset, isRecorded, blob, session }: UploadState): Promise<void> {
    if (blob) await this.bringBack(name, id, blob);
    if (isRecorded) return;
    const found = await session.beginning?.inspect();
    const begun = beginning(name, id, found?.modifiedAt ?? new Date());
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
  async end(name: string, id: string, { session: { size, marks } }: UploadState): Promise<void> {
    if (size === null && marks.length === 0) return this.storage.discard([pathOf.uploadStartedAt(name, id)]);
    await deleteIfPresent(this.storage, pathOf.upload(name, id), LIGHTLY);
  }

  /** Removes a session with what it holds. */
  async remove(name: string, id: string): Promise<void> {
    await deleteIfPresent(this.storage, pathOf.upload(name, id));
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

function beginning(name: string, id: string, begunAt: Date): NewFile {
  const text = begunAt.toISOString().replace(/\.\d+Z$/, 'Z');
  return { path: pathOf.uploadStartedAt(name, id), content: Buffer.from(text) };
}

/** The offsets that have a hash state, in ascending order. */
function offsetsOf({ marks }: UploadSession): number[] {
  const canonical = marks.filter(({ algorithm }) => algorithm === CANONICAL_ALGORITHM);
  return canonical.map(({ offset }) => offset).sort((a, b) => a - b);
}

/** What the pushers of a crash test know: what they were told is stored, and what was under way in the end. */

export interface BlobRecord {
  readonly repository: string;
  readonly digest: string;
  readonly size: number;
  acknowledged: boolean;
}

export interface ManifestRecord {
  readonly repository: string;
  readonly digest: string;
  readonly type: string;
  readonly body: Buffer;
  /** Digests of its config and layers. */
  readonly blobs: readonly string[];
  /** Digests of the manifests that an index lists. */
  readonly children: readonly string[];
  readonly subject: string | null;
  acknowledged: boolean;
}

/** A request that points a tag at a manifest; the digest is null for the time before the first. */
export interface TagWrite {
  readonly digest: string | null;
  readonly startedAt: number;
  /** Infinity while no answer has come. */
  acknowledgedAt: number;
}

export interface UploadRecord {
  readonly repository: string;
  readonly digest: string;
  readonly content: Buffer;
  location: string;
  /** Bytes that the server acknowledged. */
  offset: number;
  /** Bytes of a request without an answer whose whole body was handed over: the server may count them or not. */
  handedOver: number;
  /** Whether a closing request was sent, which may have finished the upload. */
  closing: boolean;
}

/** Keeps one record for each blob, manifest and tag of a repository, however many pushers write it at once. */
export class Journal {
  readonly blobs = new Map<string, BlobRecord>();
  readonly manifests = new Map<string, ManifestRecord>();
  readonly tags = new Map<string, TagWrite[]>();
  readonly uploads = new Set<UploadRecord>();
  #clock = 0;

  blob(repository: string, digest: string, size: number): BlobRecord {
    const key = `${repository}@${digest}`;
    const record = this.blobs.get(key) ?? { repository, digest, size, acknowledged: false };
    this.blobs.set(key, record);
    return record;
  }

  manifest(record: Omit<ManifestRecord, 'acknowledged'>): ManifestRecord {
    const key = `${record.repository}@${record.digest}`;
    const known = this.manifests.get(key) ?? { ...record, acknowledged: false };
    this.manifests.set(key, known);
    return known;
  }

  /** Notes that a request to point the tag at the digest is about to be sent. */
  startTagWrite(repository: string, tag: string, digest: string): TagWrite {
    const key = `${repository}:${tag}`;
    const writes = this.tags.get(key) ?? [{ digest: null, startedAt: 0, acknowledgedAt: 0 }];
    const write = { digest, startedAt: this.#tick(), acknowledgedAt: Number.POSITIVE_INFINITY };
    this.tags.set(key, [...writes, write]);
    return write;
  }

  acknowledgeTagWrite(write: TagWrite): void {
    write.acknowledgedAt = this.#tick();
  }

  /**
   * Whether a tag may have this digest now: some request set it, and no other request that has been acknowledged began
   * only after that one was.
   */
  mayPointTo(writes: readonly TagWrite[], digest: string | null): boolean {
    const isAnswered = ({ acknowledgedAt }: TagWrite): boolean => Number.isFinite(acknowledgedAt);
    return writes.some(
      (write) =>
        write.digest === digest && !writes.some((later) => isAnswered(later) && later.startedAt > write.acknowledgedAt),
    );
  }

  /**
   * A tag was seen to point to the digest while nobody pushed. After a restart that is all there is to know of it. A server
   * that runs on may have a change of several tags written down that was refused, and complete it with the next one.
   */
  settleTag(key: string, digest: string | null, isRestarted: boolean): void {
    const now = this.#tick();
    const writes = this.tags.get(key) ?? [];
    const refused = isRestarted ? [] : writes.filter((write) => write.acknowledgedAt === Number.POSITIVE_INFINITY);
    this.tags.set(key, [{ digest, startedAt: now, acknowledgedAt: now }, ...refused]);
  }

  #tick(): number {
    this.#clock += 1;
    return this.#clock;
  }
}

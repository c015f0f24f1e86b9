import { createHash, isHashAlgorithm } from '#libs/hash';
import { CANONICAL_ALGORITHM, Digest, OciError } from '#libs/oci';
import { createTarSum, MalformedArchiveError } from '#libs/tarsum';
import type { Content } from './content.js';
import type { UploadState } from './upload-store.js';

/** A sum over content that comes in chunks. */
export interface ContentHash {
  readonly algorithm: string;
  update(chunk: Uint8Array): void;
  /** In another thread; where there is none, absent. Nothing else may use the chunk or the hash until it resolves. */
  updateAside?(chunk: Uint8Array): Promise<void>;
  /** In lower-case hexadecimal digits. */
  digest(): string;
}

/** The hashes that it takes to finish an upload: the one that its content is stored under, and that of the digest. */
export class ContentHashes {
  private readonly hashes = new Map<string, ContentHash>();
  private readonly missing: string[] = [];

  /** Takes what was computed while earlier chunks came in, and what can be begun now because nothing came in yet. */
  constructor(
    state: UploadState,
    private readonly digest: Digest,
  ) {
    for (const algorithm of new Set([CANONICAL_ALGORITHM, digest.algorithm])) {
      const known = isHashAlgorithm(algorithm) ? state.hashes.get(algorithm) : undefined;
      if (known) this.hashes.set(algorithm, known);
      else if (state.offset === 0) this.hashes.set(algorithm, createContentHash(algorithm));
      else this.missing.push(algorithm);
    }
  }

  /** Those that the content which still comes in has to be given to. */
  get running(): readonly ContentHash[] {
    return [...this.hashes.values()];
  }

  /** Whether nothing has to be read again. */
  get isComplete(): boolean {
    return this.missing.length === 0;
  }

  /** Computes what is missing, in one pass over the whole content. */
  async readAgain(content: Content): Promise<void> {
    const missing = this.missing.splice(0).map(createContentHash);
    for await (const chunk of content) {
      for (const hash of missing) hash.update(chunk);
    }
    for (const hash of missing) this.hashes.set(hash.algorithm, hash);
  }

  /** The digest that the content is stored under. Throws `DIGEST_INVALID` when it is not what the client says. */
  requireDigest(): Digest {
    const computed = this.compute(this.digest.algorithm);
    if (computed !== this.digest.encoded) {
      throw new OciError('DIGEST_INVALID', {
        digest: this.digest,
        computed: `${this.digest.algorithm}:${computed}`,
      });
    }
    return Digest.from(CANONICAL_ALGORITHM, this.compute(CANONICAL_ALGORITHM) ?? '');
  }

  private compute(algorithm: string): string | undefined {
    try {
      return this.hashes.get(algorithm)?.digest();
    } catch (error) {
      if (!(error instanceof MalformedArchiveError)) throw error;
      const { offset, rule } = error;
      throw new OciError(
        'DIGEST_INVALID',
        { digest: this.digest, offset, rule },
        { cause: error, message: NO_ARCHIVE },
      );
    }
  }
}

const NO_ARCHIVE = 'the content is not the archive that its digest is the sum of';

function createContentHash(algorithm: string): ContentHash {
  return isHashAlgorithm(algorithm) ? createHash(algorithm) : createTarSum(algorithm);
}

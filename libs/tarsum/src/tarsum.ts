import { createHash, type Hash } from 'node:crypto';
import { type FileSum, fileSumName, summedFields } from './file-sum.js';
import { orderFileSums } from './file-sum-order.js';
import { TarReader, type TarVisitor } from './tar-reader.js';
import {
  formatTarSumAlgorithm,
  parseTarSumAlgorithm,
  type TarSumAlgorithm,
  type TarSumHash,
  type TarSumVersion,
} from './tarsum-digest.js';
import { MalformedArchiveError } from './tarsum-error.js';

/** The tarsum to compute for an algorithm such as `tarsum.v1+sha256`. Throws like `parseTarSum`. */
export function createTarSum(algorithm: string): TarSum {
  const { version, hash } = parseTarSumAlgorithm(algorithm);
  return new TarSum(version, hash);
}

/**
 * The tarsum of an archive that arrives in chunks: the plain tar, not a compressed one. It does not depend on the order
 * of the entries (unless two have the same name), nor on anything behind the end marker. Memory is one record an entry.
 */
export class TarSum implements TarSumAlgorithm {
  readonly #reader: TarReader;
  readonly #files: FileSum[] = [];
  #failure: MalformedArchiveError | undefined;
  #length = 0;

  constructor(
    readonly version: TarSumVersion,
    readonly hash: TarSumHash = 'sha256',
    /** What is hashed before the entries; Docker put the configuration of the image here, registries nothing. */
    readonly extra: Uint8Array = new Uint8Array(),
  ) {
    this.#reader = new TarReader(this.#collector());
  }

  /** Such as `tarsum.v1+sha256`. */
  get algorithm(): string {
    return formatTarSumAlgorithm(this);
  }

  /** Bytes given so far. */
  get length(): number {
    return this.#length;
  }

  /** Never throws: what is wrong with the archive is kept for `digest`, and the rest of the input is ignored. */
  update(chunk: Uint8Array): void {
    this.#length += chunk.length;
    if (this.#failure) return;
    try {
      this.#reader.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    } catch (error) {
      if (!(error instanceof MalformedArchiveError)) throw error;
      this.#failure = error;
    }
  }

  /**
   * The sum in lower-case hexadecimal digits, if the archive ends here. More may be added afterwards. Throws
   * `MalformedArchiveError` when the input so far is not a whole archive.
   */
  digest(): string {
    if (this.#failure) throw this.#failure;
    this.#reader.assertComplete();
    const hash = createHash(this.hash).update(this.extra);
    for (const sum of orderFileSums(this.#files)) hash.update(sum);
    return hash.digest('hex');
  }

  #collector(): TarVisitor {
    let name = '';
    let hash: Hash;
    return {
      entry: (entry) => {
        name = fileSumName(entry.name);
        hash = createHash(this.hash).update(summedFields(entry, this.version), 'latin1');
      },
      body: (bytes) => hash.update(bytes),
      entryEnd: () => this.#files.push({ name, sum: hash.digest('hex') }),
    };
  }
}

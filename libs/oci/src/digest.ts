import { createHash } from 'node:crypto';
import { OciError } from './error.js';

/** The algorithm that content is stored under, whatever it was pushed with. */
export const CANONICAL_ALGORITHM = 'sha256';

/** The names of the algorithms that a digest may have today (image specification, "Digests"). */
export const DIGEST_ALGORITHMS: readonly string[] = ['sha256', 'sha512'];

/** The versions of tarsum by their labels: what the first registries named layers with. */
const TARSUM_VERSIONS: ReadonlyMap<string, TarSum['version']> = new Map([
  ['tarsum', 'v0'],
  ['tarsum.v1', 'v1'],
  ['tarsum.dev', 'dev'],
]);

/** Length in hexadecimal digits, by hash. */
const HEX_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['md5', 32],
  ['sha1', 40],
  ['sha224', 56],
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);

/** What a digest such as `tarsum.v1+sha256:…` is made with. */
export interface TarSum {
  readonly version: 'v0' | 'v1' | 'dev';
  readonly hash: string;
}

/** A content address such as `sha256:6c3c…`. */
export class Digest {
  private constructor(
    readonly algorithm: string,
    /** The part behind the colon: lower-case hexadecimal digits. */
    readonly encoded: string,
    /** For the sum of a tar archive rather than of its bytes. */
    readonly tarSum?: TarSum,
  ) {}

  /** Reads a digest. Throws `DIGEST_INVALID` when `text` is not a digest of a supported algorithm. */
  static parse(text: string): Digest {
    const separator = text.indexOf(':');
    if (separator < 1) throw invalid(text, 'a digest is <algorithm>:<encoded>');
    return Digest.from(text.slice(0, separator), text.slice(separator + 1));
  }

  /** Makes a digest of its two parts. Throws `DIGEST_INVALID` like `parse`. */
  static from(algorithm: string, encoded: string): Digest {
    const tarSum = DIGEST_ALGORITHMS.includes(algorithm) ? undefined : readTarSum(algorithm);
    const isKnown = tarSum !== undefined || DIGEST_ALGORITHMS.includes(algorithm);
    const length = isKnown ? HEX_LENGTHS.get(tarSum?.hash ?? algorithm) : undefined;
    const text = `${algorithm}:${encoded}`;
    if (length === undefined) throw invalid(text, `the algorithm must be one of ${DIGEST_ALGORITHMS.join(', ')}`);
    if (encoded.length !== length || !/^[a-f0-9]+$/.test(encoded)) {
      throw invalid(text, `${algorithm} takes ${length} hexadecimal digits, in lower case`);
    }
    return new Digest(algorithm, encoded, tarSum);
  }

  /** Whether `text` has the shape of a digest, of a supported algorithm or not. */
  static looksLike(text: string): boolean {
    return text.includes(':');
  }

  /** The digest of `content`. */
  static of(content: Uint8Array, algorithm: string = CANONICAL_ALGORITHM): Digest {
    return Digest.from(algorithm, createHash(algorithm).update(content).digest('hex'));
  }

  equals(other: Digest): boolean {
    return this.algorithm === other.algorithm && this.encoded === other.encoded;
  }

  toString(): string {
    return `${this.algorithm}:${this.encoded}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

function readTarSum(algorithm: string): TarSum | undefined {
  const [label = '', hash = '', ...rest] = algorithm.split('+');
  const version = TARSUM_VERSIONS.get(label);
  return version && HEX_LENGTHS.has(hash) && rest.length === 0 ? { version, hash } : undefined;
}

function invalid(text: string, rule: string): OciError {
  return new OciError('DIGEST_INVALID', { digest: text, rule }, { message: 'invalid digest' });
}

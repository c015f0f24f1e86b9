import { createHash } from 'node:crypto';
import { OciError } from './error.js';

/** The grammar of what follows the colon, by algorithm (image specification, "Digests"). */
const ENCODED: ReadonlyMap<string, RegExp> = new Map([
  ['sha256', /^[a-f0-9]{64}$/],
  ['sha512', /^[a-f0-9]{128}$/],
]);

/** The algorithm that content is stored under, whatever it was pushed with. */
export const CANONICAL_ALGORITHM = 'sha256';

/** The names of the algorithms that a digest may have. */
export const DIGEST_ALGORITHMS: readonly string[] = [...ENCODED.keys()];

/** A content address such as `sha256:6c3c…`. */
export class Digest {
  private constructor(
    readonly algorithm: string,
    /** The part behind the colon: lower-case hexadecimal digits. */
    readonly encoded: string,
  ) {}

  /** Reads a digest. Throws `DIGEST_INVALID` when `text` is not a digest of a supported algorithm. */
  static parse(text: string): Digest {
    const separator = text.indexOf(':');
    if (separator < 1) throw invalid(text, 'a digest is <algorithm>:<encoded>');
    return Digest.from(text.slice(0, separator), text.slice(separator + 1));
  }

  /** Makes a digest of its two parts. Throws `DIGEST_INVALID` like `parse`. */
  static from(algorithm: string, encoded: string): Digest {
    const grammar = ENCODED.get(algorithm);
    const text = `${algorithm}:${encoded}`;
    if (!grammar) throw invalid(text, `the algorithm must be one of ${DIGEST_ALGORITHMS.join(', ')}`);
    if (!grammar.test(encoded)) throw invalid(text, `${algorithm} must match ${grammar.source}`);
    return new Digest(algorithm, encoded);
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

function invalid(text: string, rule: string): OciError {
  return new OciError('DIGEST_INVALID', { digest: text, rule }, { message: 'invalid digest' });
}

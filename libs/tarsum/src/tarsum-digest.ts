import { TarSumFormatError, TarSumVersionError } from './tarsum-error.js';

const VERSION_LABELS = { v0: 'tarsum', v1: 'tarsum.v1', dev: 'tarsum.dev' } as const;

/** The length of a sum in hexadecimal digits, by hash. */
const HEX_LENGTHS = { md5: 32, sha1: 40, sha224: 56, sha256: 64, sha384: 96, sha512: 128 } as const;

const ALGORITHM = /^(tarsum(?:\.[a-z0-9]+)?)\+([A-Za-z0-9]+)$/;

/** `v0` sums the time of modification; `v1` leaves it out and adds extended attributes; `dev` is `v1` by another name. */
export type TarSumVersion = keyof typeof VERSION_LABELS;

export type TarSumHash = keyof typeof HEX_LENGTHS;

export interface TarSumAlgorithm {
  readonly version: TarSumVersion;
  readonly hash: TarSumHash;
}

/** A tarsum such as `tarsum.v1+sha256:41cd…`, in parts. */
export interface TarSumDigest extends TarSumAlgorithm {
  /** Lower-case hexadecimal digits. */
  readonly hex: string;
}

/**
 * Reads `<version label>+<hash name>:<hexadecimal digits>`, all of `text` and in lower case. Throws `TarSumVersionError`
 * for a version that does not exist, `TarSumFormatError` for all else.
 */
export function parseTarSum(text: string): TarSumDigest {
  const separator = text.indexOf(':');
  if (separator < 0) throw notATarSum(text);
  const algorithm = readAlgorithm(text.slice(0, separator), text);
  const hex = text.slice(separator + 1);
  const length = HEX_LENGTHS[algorithm.hash];
  if (hex.length !== length || !/^[0-9a-f]+$/.test(hex)) {
    throw new TarSumFormatError(text, 'bad hexadecimal digits', `${algorithm.hash} takes ${length}, in lower case`);
  }
  return { ...algorithm, hex };
}

/** Reads what is before the colon. Throws like `parseTarSum`. */
export function parseTarSumAlgorithm(text: string): TarSumAlgorithm {
  return readAlgorithm(text, text);
}

/** The inverse of `parseTarSum`. */
export function formatTarSum(digest: TarSumDigest): string {
  return `${formatTarSumAlgorithm(digest)}:${digest.hex}`;
}

/** The inverse of `parseTarSumAlgorithm`. */
export function formatTarSumAlgorithm({ version, hash }: TarSumAlgorithm): string {
  return `${VERSION_LABELS[version]}+${hash}`;
}

/** `text` is what was given to read. */
function readAlgorithm(algorithm: string, text: string): TarSumAlgorithm {
  const [, label, hash] = ALGORITHM.exec(algorithm) ?? [];
  if (label === undefined || hash === undefined) throw notATarSum(text);
  const version = versionOf(label);
  if (!version) throw new TarSumVersionError(label);
  if (!isTarSumHash(hash)) {
    throw new TarSumFormatError(text, 'unknown hash', `the hash is one of ${Object.keys(HEX_LENGTHS).join(', ')}`);
  }
  return { version, hash };
}

function versionOf(label: string): TarSumVersion | undefined {
  if (label === VERSION_LABELS.v0) return 'v0';
  if (label === VERSION_LABELS.v1) return 'v1';
  return label === VERSION_LABELS.dev ? 'dev' : undefined;
}

function isTarSumHash(text: string): text is TarSumHash {
  return Object.hasOwn(HEX_LENGTHS, text);
}

function notATarSum(text: string): TarSumFormatError {
  return new TarSumFormatError(text, 'not a tarsum', 'a tarsum is tarsum[.<version>]+<hash>:<hexadecimal digits>');
}

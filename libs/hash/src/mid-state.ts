import { HASH_PARAMETERS, type HashAlgorithm } from './hash-algorithm.js';

/** What a hash remembers between two chunks. */
export interface MidState {
  /** The eight words of state, big-endian, one after the other. */
  readonly words: Uint8Array;
  /** The last `length` modulo block size bytes, which wait for the block to fill up. */
  readonly pending: Uint8Array;
  /** Bytes hashed so far, the pending ones included. */
  readonly length: number;
}

/** Last byte of the prefix `sha` + number by which Go tells its states apart (crypto/sha256 and crypto/sha512). */
const IDENTIFIERS: Readonly<Record<HashAlgorithm, number>> = { sha256: 3, sha512: 7 };

/**
 * Writes a state as Go's `MarshalBinary` does: prefix (4 bytes), eight words, the pending bytes filled up with zeros to
 * a block, and the length (8 bytes); all numbers big-endian.
 */
export function encodeMidState(algorithm: HashAlgorithm, state: MidState): Buffer {
  const { blockAt, lengthAt, size } = layoutOf(algorithm);
  const bytes = Buffer.alloc(size);
  bytes.set(prefixOf(algorithm), 0);
  bytes.set(state.words, 4);
  bytes.set(state.pending, blockAt);
  bytes.writeBigUInt64BE(BigInt(state.length), lengthAt);
  return bytes;
}

/**
 * Reads what `encodeMidState` or Go wrote; null for anything that cannot be such a state of `algorithm`. The form has
 * no checksum, so altered words of a state past its first block go unnoticed.
 */
export function decodeMidState(algorithm: HashAlgorithm, bytes: Uint8Array): MidState | null {
  const { blockAt, lengthAt, size } = layoutOf(algorithm);
  if (bytes.length !== size) return null;
  const source = Buffer.from(bytes);
  if (!source.subarray(0, 4).equals(prefixOf(algorithm))) return null;

  const length = Number(source.readBigUInt64BE(lengthAt));
  if (!Number.isSafeInteger(length)) return null;

  const { blockBytes, initialWords } = HASH_PARAMETERS[algorithm];
  const pendingEnd = blockAt + (length % blockBytes);
  const words = source.subarray(4, blockAt);
  if (length < blockBytes && !words.equals(initialWords)) return null;
  if (source.subarray(pendingEnd, lengthAt).some((byte) => byte !== 0)) return null;
  return { words, pending: source.subarray(blockAt, pendingEnd), length };
}

function prefixOf(algorithm: HashAlgorithm): Buffer {
  return Buffer.from([0x73, 0x68, 0x61, IDENTIFIERS[algorithm]]);
}

function layoutOf(algorithm: HashAlgorithm): { blockAt: number; lengthAt: number; size: number } {
  const { wordBytes, blockBytes } = HASH_PARAMETERS[algorithm];
  const blockAt = 4 + 8 * wordBytes;
  const lengthAt = blockAt + blockBytes;
  return { blockAt, lengthAt, size: lengthAt + 8 };
}

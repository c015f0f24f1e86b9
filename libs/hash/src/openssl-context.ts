import { HASH_PARAMETERS, type HashAlgorithm } from './hash-algorithm.js';
import type { MidState } from './mid-state.js';

/*
 * OpenSSL's SHA256_CTX and SHA512_CTX (openssl/sha.h), in host byte order but for the block, which is plain bytes:
 *
 *   word h[8]; word Nl, Nh; byte block[]; uint32 num; uint32 md_len;
 *
 * Nl and Nh are the low and high word of the length in bits, num is the number of pending bytes in the block.
 */

export type ByteOrder = 'BE' | 'LE';

/** Bytes of the structure: 112 for sha256, 216 for sha512. */
export function contextSize(algorithm: HashAlgorithm): number {
  return layoutOf(algorithm).size;
}

/** The structure that goes on from `state`. */
export function contextFrom(algorithm: HashAlgorithm, state: MidState, order: ByteOrder): Uint8Array {
  const { wordBytes, digestBytes } = HASH_PARAMETERS[algorithm];
  const { countAt, blockAt, tailAt, size } = layoutOf(algorithm);
  const context = Buffer.alloc(size);
  context.set(state.words, 0);
  writeBitCount(context.subarray(countAt, blockAt), state.length, wordBytes);
  context.set(state.pending, blockAt);
  context.writeUInt32BE(state.pending.length, tailAt);
  context.writeUInt32BE(digestBytes, tailAt + 4);
  swapUnlessBigEndian(algorithm, context, order);
  return context;
}

/** The state of a structure that has hashed `length` bytes. */
export function stateFrom(algorithm: HashAlgorithm, context: Uint8Array, length: number, order: ByteOrder): MidState {
  const { countAt, blockAt } = layoutOf(algorithm);
  const copy = Buffer.from(context);
  swapUnlessBigEndian(algorithm, copy, order);
  const pendingBytes = length % HASH_PARAMETERS[algorithm].blockBytes;
  return { words: copy.subarray(0, countAt), pending: copy.subarray(blockAt, blockAt + pendingBytes), length };
}

function layoutOf(algorithm: HashAlgorithm): { countAt: number; blockAt: number; tailAt: number; size: number } {
  const { wordBytes, blockBytes } = HASH_PARAMETERS[algorithm];
  const countAt = 8 * wordBytes;
  const blockAt = countAt + 2 * wordBytes;
  const tailAt = blockAt + blockBytes;
  return { countAt, blockAt, tailAt, size: tailAt + 8 };
}

function writeBitCount(count: Buffer, length: number, wordBytes: number): void {
  const bits = BigInt(length) * 8n;
  if (wordBytes === 8) {
    count.writeBigUInt64BE(bits, 0);
    return;
  }
  count.writeUInt32BE(Number(bits & 0xffff_ffffn), 0);
  count.writeUInt32BE(Number(bits >> 32n), 4);
}

/** Turns the numbers of a structure from host order to big-endian or back, in place. */
function swapUnlessBigEndian(algorithm: HashAlgorithm, context: Buffer, order: ByteOrder): void {
  if (order === 'BE') return;
  const { blockAt, tailAt } = layoutOf(algorithm);
  const words = context.subarray(0, blockAt);
  if (HASH_PARAMETERS[algorithm].wordBytes === 8) words.swap64();
  else words.swap32();
  context.subarray(tailAt).swap32();
}

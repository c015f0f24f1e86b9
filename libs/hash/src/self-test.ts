import { createHash } from 'node:crypto';
import { HASH_PARAMETERS, type HashAlgorithm } from './hash-algorithm.js';
import type { HashEngine } from './hash-engine.js';
import { contextSize } from './openssl-context.js';
import type { OpenSslFunctions } from './openssl-functions.js';

/** The hashes of `abc` (FIPS 180-4, examples). */
const HASH_OF_ABC: Readonly<Record<HashAlgorithm, string>> = {
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  sha512:
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
    '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
};

const ALGORITHMS: readonly HashAlgorithm[] = ['sha256', 'sha512'];
const MARGIN_BYTES = 256;
const MARGIN_FILL = 0xa5;

/** Whether the functions write nothing but what they are given: another library's structure may be larger. */
export function staysInBounds(functions: OpenSslFunctions): boolean {
  return ALGORITHMS.every((algorithm) => {
    const context = withMargin(contextSize(algorithm));
    const digest = withMargin(HASH_PARAMETERS[algorithm].digestBytes);
    functions.init(algorithm, context.given);
    functions.update(algorithm, context.given, sample(HASH_PARAMETERS[algorithm].blockBytes + 1));
    functions.final(algorithm, context.given, digest.given);
    return [context, digest].every(({ margin }) => margin.every((byte) => byte === MARGIN_FILL));
  });
}

/** Whether an engine gives known hashes, saves states in the form of Go, and goes on from them to the right hash. */
export function resumesRightly(engine: HashEngine): boolean {
  return ALGORITHMS.every((algorithm) => {
    const { blockBytes } = HASH_PARAMETERS[algorithm];
    const splits = [0, 1, blockBytes - 1, blockBytes, blockBytes + 1, 3 * blockBytes];
    return hashesAbc(engine, algorithm) && splits.every((split) => continuesAt(engine, algorithm, split));
  });
}

function hashesAbc(engine: HashEngine, algorithm: HashAlgorithm): boolean {
  const hash = engine.create(algorithm);
  hash.update(Buffer.from('abc'));
  const { initialWords } = HASH_PARAMETERS[algorithm];
  // The order of the bytes shows here: a state read and written in the same wrong order would go unnoticed otherwise.
  const known = Buffer.concat([initialWords, Buffer.from('abc')]);
  return (
    hash
      .save()
      ?.subarray(4, 4 + known.length)
      .equals(known) === true && hash.digest() === HASH_OF_ABC[algorithm]
  );
}

function continuesAt(engine: HashEngine, algorithm: HashAlgorithm, split: number): boolean {
  const content = sample(4 * HASH_PARAMETERS[algorithm].blockBytes + 5);
  const first = engine.create(algorithm);
  first.update(content.subarray(0, split));
  const state = first.save();
  const second = state && engine.restore(algorithm, state);
  if (!second || second.digest() !== first.digest()) return false;
  second.update(content.subarray(split));
  return second.digest() === createHash(algorithm).update(content).digest('hex');
}

function withMargin(size: number): { given: Uint8Array; margin: Uint8Array } {
  const bytes = Buffer.alloc(size + MARGIN_BYTES, MARGIN_FILL);
  return { given: bytes.subarray(0, size), margin: bytes.subarray(size) };
}

function sample(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => index);
}

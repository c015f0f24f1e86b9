import { createRequire } from 'node:module';
import { promisify, types } from 'node:util';
import { HASH_PARAMETERS, type HashAlgorithm } from './hash-algorithm.js';
import { contextSize } from './openssl-context.js';

/**
 * The hash functions of OpenSSL that work on a structure of the caller's. A wrong size would let them write where they
 * must not, so each call checks its arguments: `RangeError` for a structure or result of another size, `TypeError` for
 * a chunk that is no `Uint8Array`.
 */
export interface OpenSslFunctions {
  init(algorithm: HashAlgorithm, context: Uint8Array): void;
  update(algorithm: HashAlgorithm, context: Uint8Array, chunk: Uint8Array): void;
  /** The same in the thread pool: nobody may touch `context` or `chunk` before it resolves. */
  updateAside(algorithm: HashAlgorithm, context: Uint8Array, chunk: Uint8Array): Promise<void>;
  /** Writes the digest and leaves `context` unusable. */
  final(algorithm: HashAlgorithm, context: Uint8Array, digest: Uint8Array): void;
}

/** Less than a half of what koffi takes at a time. */
const MOST_CALLS = 100;

/** What the calls in the thread pool work on. Koffi keeps the addresses only, and the memory has to outlive the call. */
const inUse = new Set<readonly Uint8Array[]>();

/** The functions that the running program exports; throws where they, or the means to call them, are missing. */
export function loadOpenSslFunctions(): OpenSslFunctions {
  // Loaded here, not imported: the native part of koffi does not exist for every platform.
  const koffi: typeof import('koffi') = createRequire(import.meta.url)('koffi');
  const program = koffi.load(null);
  const bind = (prefix: string) => {
    const update = program.func(`int ${prefix}_Update(void *context, const void *data, size_t length)`);
    return {
      init: program.func(`int ${prefix}_Init(void *context)`),
      update,
      updateAside: promisify(update.async),
      final: program.func(`int ${prefix}_Final(void *digest, void *context)`),
    };
  };
  const foreign = { sha256: bind('SHA256'), sha512: bind('SHA512') };

  return {
    init(algorithm, context) {
      requireSize(context, contextSize(algorithm));
      requireSuccess(foreign[algorithm].init(context));
    },
    update(algorithm, context, chunk) {
      requireSize(context, contextSize(algorithm));
      if (!types.isUint8Array(chunk)) throw new TypeError('a chunk must be a Uint8Array');
      if (chunk.length === 0) return;
      requireSuccess(foreign[algorithm].update(context, chunk, chunk.length));
    },
    async updateAside(algorithm, context, chunk) {
      if (inUse.size === MOST_CALLS) return this.update(algorithm, context, chunk);
      requireSize(context, contextSize(algorithm));
      if (!types.isUint8Array(chunk)) throw new TypeError('a chunk must be a Uint8Array');
      const memory = [context, chunk];
      inUse.add(memory);
      try {
        requireSuccess(await foreign[algorithm].updateAside(context, chunk, chunk.length));
      } finally {
        inUse.delete(memory);
      }
    },
    final(algorithm, context, digest) {
      requireSize(context, contextSize(algorithm));
      requireSize(digest, HASH_PARAMETERS[algorithm].digestBytes);
      requireSuccess(foreign[algorithm].final(digest, context));
    },
  };
}

function requireSize(bytes: Uint8Array, size: number): void {
  if (!types.isUint8Array(bytes) || bytes.length !== size) throw new RangeError(`expected ${size} bytes`);
}

function requireSuccess(result: unknown): void {
  if (result !== 1) throw new Error('OpenSSL refused to hash');
}

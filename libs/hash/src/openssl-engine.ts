import { endianness } from 'node:os';
import { HASH_PARAMETERS, type HashAlgorithm } from './hash-algorithm.js';
import type { HashEngine } from './hash-engine.js';
import { decodeMidState, encodeMidState } from './mid-state.js';
import { contextFrom, contextSize, stateFrom } from './openssl-context.js';
import type { OpenSslFunctions } from './openssl-functions.js';
import type { ResumableHash } from './resumable-hash.js';

/** Bytes that take ten times as long to hash as to hand over. */
const WORTH_A_THREAD = 256 * 1024;

/** Hashes with OpenSSL's functions on structures of our own, whose content is the state. */
export function openSslEngine(functions: OpenSslFunctions): HashEngine {
  return {
    resumable: true,
    create(algorithm) {
      const context = new Uint8Array(contextSize(algorithm));
      functions.init(algorithm, context);
      return new OpenSslHash(functions, algorithm, context, 0);
    },
    restore(algorithm, bytes) {
      const state = decodeMidState(algorithm, bytes);
      if (!state) return null;
      return new OpenSslHash(functions, algorithm, contextFrom(algorithm, state, endianness()), state.length);
    },
  };
}

class OpenSslHash implements ResumableHash {
  readonly algorithm: HashAlgorithm;
  readonly #functions: OpenSslFunctions;
  readonly #context: Uint8Array;
  #length: number;

  constructor(functions: OpenSslFunctions, algorithm: HashAlgorithm, context: Uint8Array, length: number) {
    this.algorithm = algorithm;
    this.#functions = functions;
    this.#context = context;
    this.#length = length;
  }

  get length(): number {
    return this.#length;
  }

  update(chunk: Uint8Array): void {
    this.#functions.update(this.algorithm, this.#context, chunk);
    this.#length += chunk.length;
  }

  async updateAside(chunk: Uint8Array): Promise<void> {
    if (chunk.length < WORTH_A_THREAD) return this.update(chunk);
    await this.#functions.updateAside(this.algorithm, this.#context, chunk);
    this.#length += chunk.length;
  }

  digest(): string {
    const digest = Buffer.alloc(HASH_PARAMETERS[this.algorithm].digestBytes);
    this.#functions.final(this.algorithm, new Uint8Array(this.#context), digest);
    return digest.toString('hex');
  }

  save(): Buffer {
    return encodeMidState(this.algorithm, stateFrom(this.algorithm, this.#context, this.#length, endianness()));
  }
}

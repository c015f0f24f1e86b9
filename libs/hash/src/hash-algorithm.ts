/** An algorithm whose state can be kept between two chunks. Both are defined by FIPS 180-4. */
export type HashAlgorithm = 'sha256' | 'sha512';

interface HashParameters {
  /** Bytes of one of the eight words of state. */
  readonly wordBytes: number;
  /** Bytes that are hashed at a time; fewer wait in the state for more. */
  readonly blockBytes: number;
  readonly digestBytes: number;
  /** The eight words before the first block, big-endian (FIPS 180-4, sections 5.3.3 and 5.3.5). */
  readonly initialWords: Buffer;
}

export const HASH_PARAMETERS: Readonly<Record<HashAlgorithm, HashParameters>> = {
  sha256: {
    wordBytes: 4,
    blockBytes: 64,
    digestBytes: 32,
    initialWords: Buffer.from('6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19', 'hex'),
  },
  sha512: {
    wordBytes: 8,
    blockBytes: 128,
    digestBytes: 64,
    initialWords: Buffer.from(
      '6a09e667f3bcc908bb67ae8584caa73b3c6ef372fe94f82ba54ff53a5f1d36f1' +
        '510e527fade682d19b05688c2b3e6c1f1f83d9abfb41bd6b5be0cd19137e2179',
      'hex',
    ),
  },
};

/** Whether `name`, such as the algorithm of a digest, is one that `createHash` and `restoreHash` take. */
export function isHashAlgorithm(name: string): name is HashAlgorithm {
  return Object.hasOwn(HASH_PARAMETERS, name);
}

import type { KeyObject } from 'node:crypto';

/**
 * The signature algorithms that tokens are taken with (RFC 7518, section 3.1; RFC 8037), and the keys that go with each.
 * All are asymmetric: there is no `none`, and no HS256, for which the public key would do as the secret.
 */
const KEYS = {
  ES256: { type: 'ec', curve: 'prime256v1' },
  ES384: { type: 'ec', curve: 'secp384r1' },
  ES512: { type: 'ec', curve: 'secp521r1' },
  EdDSA: { type: 'ed25519' },
  PS256: { type: 'rsa' },
  PS384: { type: 'rsa' },
  PS512: { type: 'rsa' },
  RS256: { type: 'rsa' },
  RS384: { type: 'rsa' },
  RS512: { type: 'rsa' },
} as const satisfies Record<string, { type: string; curve?: string }>;

export type TokenAlgorithm = keyof typeof KEYS;

export const TOKEN_ALGORITHMS = Object.keys(KEYS) as readonly TokenAlgorithm[];

/** Bits. What RFC 7518, section 3.3, asks for. */
const SMALLEST_RSA = 2048;

export function isTokenAlgorithm(name: unknown): name is TokenAlgorithm {
  return typeof name === 'string' && Object.hasOwn(KEYS, name);
}

/** Whether signatures of `algorithm` can be made with such a key. */
export function fits(algorithm: TokenAlgorithm, { asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  const { type, curve }: { type: string; curve?: string } = KEYS[algorithm];
  if (asymmetricKeyType !== type) return false;
  if (type === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= SMALLEST_RSA;
  return curve === undefined || asymmetricKeyDetails?.namedCurve === curve;
}

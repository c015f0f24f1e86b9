import type { KeyObject } from 'node:crypto';
import { InvalidKeyError, UnsupportedAlgorithmError } from './signed-json-error.js';

export type Curve = 'P-256' | 'P-384' | 'P-521';
export type SignatureAlgorithm = 'ES256' | 'ES384' | 'ES512' | 'RS256' | 'RS384' | 'RS512';

/** A kind of key that libtrust has. */
export type KeyKind = EcKind | RsaKind;

interface EcKind {
  readonly type: 'EC';
  readonly curve: Curve;
  /** Bytes of a coordinate. */
  readonly size: number;
  readonly algorithms: readonly [SignatureAlgorithm];
}

interface RsaKind {
  readonly type: 'RSA';
  /** The first one is for signing. */
  readonly algorithms: readonly [SignatureAlgorithm, ...SignatureAlgorithm[]];
}

/** RFC 7518, sections 3.4 and 6.2.1. */
const EC_KINDS = [
  { type: 'EC', curve: 'P-256', openSslCurve: 'prime256v1', size: 32, algorithms: ['ES256'] },
  { type: 'EC', curve: 'P-384', openSslCurve: 'secp384r1', size: 48, algorithms: ['ES384'] },
  { type: 'EC', curve: 'P-521', openSslCurve: 'secp521r1', size: 66, algorithms: ['ES512'] },
] as const;

/** RFC 7518, section 3.3. */
const RSA_KIND: RsaKind = { type: 'RSA', algorithms: ['RS256', 'RS384', 'RS512'] };

const HASHES: Readonly<Record<SignatureAlgorithm, string>> = {
  ES256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
  RS256: 'sha256',
  RS384: 'sha384',
  RS512: 'sha512',
};

/** Bits. Below, others than the owner can sign; above, one verification takes long. */
const MODULUS = { min: 1024, max: 8192 };

/** libtrust holds an exponent in four bytes. */
const MAX_EXPONENT = 0xffff_ffffn;

const RSA_RULE = `${MODULUS.min} to ${MODULUS.max} bits with an odd exponent from 3 to ${MAX_EXPONENT}`;

/** The kind of the curve that a JSON Web Key calls `name`, if libtrust has it. */
export function kindOfCurve(name: unknown): EcKind | undefined {
  return EC_KINDS.find(({ curve }) => curve === name);
}

/** The kind of a public or private key; `undefined` for a key that libtrust does not have. */
export function findKind(key: KeyObject): KeyKind | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ec') return EC_KINDS.find(({ openSslCurve }) => openSslCurve === details?.namedCurve);
  return type === 'rsa' && isModest(details) ? RSA_KIND : undefined;
}

/** Like `findKind`. Throws `InvalidKeyError` for a key that libtrust does not have. */
export function kindOf(key: KeyObject): KeyKind {
  const kind = findKind(key);
  if (!kind) throw new InvalidKeyError(`it must be an EC key on P-256, P-384 or P-521, or an RSA key of ${RSA_RULE}`);
  return kind;
}

function isModest({ modulusLength = 0, publicExponent = 0n }: KeyObject['asymmetricKeyDetails'] = {}): boolean {
  if (modulusLength < MODULUS.min || modulusLength > MODULUS.max) return false;
  return publicExponent >= 3n && publicExponent <= MAX_EXPONENT && publicExponent % 2n === 1n;
}

/**
 * Returns `name` when it is an algorithm for `kind`. Throws `UnsupportedAlgorithmError` otherwise, so that a key only
 * ever verifies what it is meant for: no `none`, no HMAC, no hash of another curve.
 */
export function algorithmFor(kind: KeyKind, name: string): SignatureAlgorithm {
  const algorithm = kind.algorithms.find((candidate) => candidate === name);
  if (!algorithm) throw new UnsupportedAlgorithmError(name, `the key allows ${kind.algorithms.join(', ')}`);
  return algorithm;
}

/** The hash of `algorithm`, by its OpenSSL name. */
export function hashOf(algorithm: SignatureAlgorithm): string {
  return HASHES[algorithm];
}

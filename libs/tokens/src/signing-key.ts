import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { isObject, parseJson } from '#libs/oci';
import { TokenKeysError } from './token-keys-error.js';

/** Of all keys that we make: as in most registries, and short in the headers of requests. */
export const SIGNING_ALGORITHM = 'ES256';

/** A key that tokens are signed with. */
export interface SigningKey {
  /** Thumbprint (RFC 7638). */
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** When it begins to sign, in milliseconds since 1970. */
  readonly signsFrom: number;
}

/** A new key. */
export async function makeSigningKey(signsFrom: number): Promise<SigningKey> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  return signingKey(privateKey, signsFrom);
}

/** What `parseSigningKeys` reads. It holds the private keys. */
export function printSigningKeys(keys: readonly SigningKey[]): Buffer {
  const entries = keys.map(({ privateKey, signsFrom }) => ({
    signsFrom: new Date(signsFrom).toISOString(),
    jwk: privateKey.export({ format: 'jwk' }),
  }));
  return Buffer.from(JSON.stringify({ keys: entries }));
}

/** Throws `TokenKeysError`, which says nothing of the content. */
export async function parseSigningKeys(content: Uint8Array): Promise<SigningKey[]> {
  try {
    const { keys } = parseJson(content) as { keys: { signsFrom: string; jwk: JsonWebKey }[] };
    return await Promise.all(keys.map(({ signsFrom, jwk }) => readSigningKey(jwk, Date.parse(signsFrom))));
  } catch {
    throw new TokenKeysError('the signing keys that are stored cannot be read');
  }
}

/** The public parts as a set (RFC 7517, section 5). */
export function publicKeySet(keys: readonly SigningKey[]): { keys: JWK[] } {
  return {
    keys: keys.map(({ id, publicKey }) => ({
      ...(publicKey.export({ format: 'jwk' }) as JWK),
      kid: id,
      use: 'sig',
      alg: SIGNING_ALGORITHM,
    })),
  };
}

async function readSigningKey(jwk: JsonWebKey, signsFrom: number): Promise<SigningKey> {
  if (!isObject(jwk) || jwk.crv !== 'P-256' || Number.isNaN(signsFrom)) throw new TypeError('not a signing key');
  return signingKey(createPrivateKey({ format: 'jwk', key: jwk }), signsFrom);
}

async function signingKey(privateKey: KeyObject, signsFrom: number): Promise<SigningKey> {
  const publicKey = createPublicKey(privateKey);
  const id = await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }) as JWK);
  return { id, privateKey, publicKey, signsFrom };
}

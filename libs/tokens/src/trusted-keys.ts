import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { keyIdsOf } from './key-ids.js';
import { TokenKeysError } from './token-keys-error.js';

export interface TrustedKey {
  readonly key: KeyObject;
  /** The values of `kid` that mean it. */
  readonly ids: readonly string[];
  /** The only algorithm that it is for, where that is said. */
  readonly algorithm?: string;
}

/** Whose signatures are believed. */
export interface TrustedKeys {
  readonly keys: readonly TrustedKey[];
  /** What may vouch for the certificates of a token's header `x5c`. */
  readonly certificates: readonly X509Certificate[];
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

/**
 * The certificates of a PEM bundle, and their keys, whose ids are their thumbprints (RFC 7638) and what libtrust calls them.
 * Validity dates count where the certificate of a token is vouched for; a key that is in the bundle is believed as it
 * is, as with Distribution. Throws `TokenKeysError` when there is none, or one that cannot be read.
 */
export async function readCertificateBundle(pem: string): Promise<TrustedKeys> {
  const certificates = [...pem.matchAll(CERTIFICATE)].map(([text]) => readCertificate(text));
  if (certificates.length === 0) throw new TokenKeysError('the bundle holds no certificate');
  const keys = await Promise.all(
    certificates.map(async ({ publicKey }) => ({ key: publicKey, ids: await keyIdsOf(publicKey) })),
  );
  return { keys, certificates };
}

/**
 * The keys of a JSON Web Key Set (RFC 7517, section 5) under their own ids and their thumbprints. What is not for
 * signatures or cannot be read is passed over, as the section asks. Throws `TokenKeysError` for what is no such set.
 */
export async function readJwks(text: string): Promise<TrustedKeys> {
  const entries = parseSet(text);
  const keys = await Promise.all(entries.map(readJwk));
  return { keys: keys.filter((key) => key !== undefined), certificates: [] };
}

function parseSet(text: string): unknown[] {
  let set: unknown;
  try {
    set = JSON.parse(text);
  } catch (cause) {
    throw new TokenKeysError('the key set is no JSON', { cause });
  }
  const { keys } = (set ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new TokenKeysError('the key set has no list of keys');
  return keys;
}

async function readJwk(jwk: unknown): Promise<TrustedKey | undefined> {
  const { kid, use, alg, kty } = (jwk ?? {}) as Record<string, unknown>;
  // A symmetric key is a secret that a set of public keys gives away.
  if (kty === 'oct' || (use !== undefined && use !== 'sig')) return undefined;
  const key = createKey(jwk as JsonWebKey);
  if (!key) return undefined;
  const ids = [...new Set([...(typeof kid === 'string' ? [kid] : []), ...(await keyIdsOf(key))])];
  return { key, ids, ...(typeof alg === 'string' && { algorithm: alg }) };
}

function createKey(jwk: JsonWebKey): KeyObject | undefined {
  try {
    return createPublicKey({ format: 'jwk', key: jwk });
  } catch {
    return undefined;
  }
}

function readCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new TokenKeysError('a certificate of the bundle cannot be read', { cause });
  }
}

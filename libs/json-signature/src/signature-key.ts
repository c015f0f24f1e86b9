import type { KeyObject, X509Certificate } from 'node:crypto';
import { publicKeyOf, readCertificates } from './certificate.js';
import type { JsonObject } from './json.js';
import { readJwk } from './jwk.js';
import { keyId, type PublicJwk } from './key.js';
import { MalformedSignatureError } from './signed-json-error.js';

/** The key that a signature says it was made with, and how it says so. */
export interface SignatureKey {
  readonly key: KeyObject;
  readonly keyId: string;
  readonly jwk?: PublicJwk;
  /** The key's certificate first; often none. */
  readonly certificates: readonly X509Certificate[];
}

/**
 * Reads the key from the members `jwk` and `x5c` of a signature's header. With both, they must have the same key.
 * Throws `MalformedSignatureError`, `InvalidKeyError` or `InvalidCertificateError`.
 */
export function readSignatureKey(header: JsonObject): SignatureKey {
  const fromJwk = Object.hasOwn(header, 'jwk') ? readKeyOfJwk(header.jwk) : undefined;
  const fromX5c = Object.hasOwn(header, 'x5c') ? readKeyOfX5c(header.x5c) : undefined;
  if (fromJwk && fromX5c && fromJwk.keyId !== fromX5c.keyId) {
    throw new MalformedSignatureError('jwk and x5c must have the same key');
  }
  const key = fromX5c ?? fromJwk;
  if (!key) throw new MalformedSignatureError('header must have jwk or x5c');
  return { ...fromJwk, ...key };
}

function readKeyOfJwk(value: unknown): SignatureKey {
  const { key, jwk } = readJwk(value);
  return { key, keyId: jwk.kid, jwk, certificates: [] };
}

function readKeyOfX5c(value: unknown): SignatureKey {
  const certificates = readCertificates(value);
  const key = publicKeyOf(certificates[0]);
  return { key, keyId: keyId(key), certificates };
}

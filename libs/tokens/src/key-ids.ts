import type { KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { InvalidKeyError, keyId } from '#libs/json-signature';

/** All names under which a token may ask for a public key that brings no name of its own. */
export async function keyIdsOf(key: KeyObject): Promise<string[]> {
  const jwk = key.export({ format: 'jwk' }) as JWK;
  const ids = [await calculateJwkThumbprint(jwk), await unpaddedThumbprint(jwk), libtrustId(key)];
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** Distribution 3 leaves out the leading zero bytes of coordinates, against RFC 7518, section 6.2.1.2. */
async function unpaddedThumbprint(jwk: JWK): Promise<string | undefined> {
  if (jwk.kty !== 'EC') return undefined;
  return calculateJwkThumbprint({ ...jwk, x: withoutZeros(jwk.x), y: withoutZeros(jwk.y) });
}

function withoutZeros(coordinate = ''): string {
  const bytes = Buffer.from(coordinate, 'base64url');
  const start = bytes.findIndex((byte) => byte !== 0);
  return bytes.subarray(start).toString('base64url');
}

/** What Distribution 2 and the token services of its time use; undefined for a kind of key that they did not have. */
function libtrustId(key: KeyObject): string | undefined {
  try {
    return keyId(key);
  } catch (error) {
    if (error instanceof InvalidKeyError) return undefined;
    throw error;
  }
}

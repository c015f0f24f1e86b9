import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Curve, kindOf } from './algorithm.js';

/** A public JSON Web Key in libtrust's member order (RFC 7517; RFC 7518, sections 6.2.1 and 6.3.1). */
export type PublicJwk =
  | {
      readonly crv: Curve;
      readonly kid: string;
      readonly kty: 'EC';
      /** Coordinates: as many bytes as the curve has, in base64url. */
      readonly x: string;
      readonly y: string;
    }
  | {
      /** Exponent and modulus: as few bytes as hold them, in base64url. */
      readonly e: string;
      readonly kid: string;
      readonly kty: 'RSA';
      readonly n: string;
    };

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const KEY_ID_BYTES = 30;
const KEY_ID_LENGTH = (KEY_ID_BYTES * 8) / 5;

/** A new private key on P-256, the kind that docker and its registry made. */
export function generateKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/**
 * The key id of libtrust: the first 240 bits of the SHA-256 of the SubjectPublicKeyInfo, in base32, in twelve groups
 * (libtrust, `keyIDFromCryptoKey`). A private key has the id of its public one. Throws `InvalidKeyError` for a key that
 * libtrust does not have.
 */
export function keyId(key: KeyObject): string {
  return exportJwk(key).kid;
}

/** The public part of `key`. Throws `InvalidKeyError` for a key that libtrust does not have. */
export function exportJwk(key: KeyObject): PublicJwk {
  const kind = kindOf(key);
  const jwk = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  if (kind.type === 'EC') {
    const { x = '', y = '' } = jwk;
    return { crv: kind.curve, kid: digest({ crv: kind.curve, kty: kind.type, x, y }), kty: kind.type, x, y };
  }
  const { e = '', n = '' } = jwk;
  return { e, kid: digest({ e, kty: kind.type, n }), kty: kind.type, n };
}

function digest(jwk: JsonWebKey): string {
  const hash = createHash('sha256').update(subjectPublicKeyInfo(jwk)).digest();
  const number = BigInt(`0x${hash.toString('hex', 0, KEY_ID_BYTES)}`);
  const digits = Array.from(number.toString(32).padStart(KEY_ID_LENGTH, '0'), (digit) => BASE32[parseInt(digit, 32)]);
  return digits.join('').replace(/.{4}(?!$)/g, '$&:');
}

/** Made anew: a key that was read may keep a shorter or longer form of the same point or curve. */
function subjectPublicKeyInfo(jwk: JsonWebKey): Buffer {
  return createPublicKey({ format: 'jwk', key: jwk }).export({ format: 'der', type: 'spki' });
}

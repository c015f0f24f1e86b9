import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { kindOf, kindOfCurve } from './algorithm.js';
import { decodeBase64Url } from './base64.js';
import { isJsonObject, type JsonObject, parseJsonObject } from './json.js';
import { exportJwk, type PublicJwk } from './key.js';
import { InvalidKeyError, KeyIdMismatchError } from './signed-json-error.js';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/** It begins with a letter, so that JavaScript keeps the members in the order of their names. */
const EXTENDED_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** What stands between the first line of a PEM block and an empty line (RFC 1421, section 4.4). */
const PEM_HEADERS = /^(-----BEGIN [A-Z ]+-----\r?\n)(?!Proc-Type:)(?:[A-Za-z-]+: .*\r?\n)+\r?\n/m;

/**
 * Reads a public key from a decoded JSON Web Key. Throws `InvalidKeyError`, and `KeyIdMismatchError` when it states a
 * `kid` that is not its own.
 */
export function importJwk(jwk: unknown): KeyObject {
  return readJwk(jwk).key;
}

/**
 * Like `importJwk`, with the JSON Web Key as libtrust prints it: all members in the order of their names, what libtrust
 * calls extended fields (such as `hosts`) among them where they are strings or lists of strings.
 */
export function readJwk(jwk: unknown): { readonly key: KeyObject; readonly jwk: PublicJwk } {
  if (!isJsonObject(jwk)) throw new InvalidKeyError('a JSON Web Key is a JSON object');
  if (Object.hasOwn(jwk, 'd')) throw new InvalidKeyError('it must be a public key');
  const members = publicMembers(jwk);
  const key = createKey(() => createPublicKey({ format: 'jwk', key: members }));
  const normal = exportJwk(key);
  checkKeyId(jwk, normal.kid);
  return { key, jwk: withExtendedFields(normal, jwk) };
}

/**
 * Reads a private key from PEM, with or without the header lines that libtrust adds, or from the bytes of a JSON Web
 * Key. Throws `InvalidKeyError`, and `KeyIdMismatchError` like `importJwk`; `InvalidJsonError` for a broken JSON text.
 */
export function importPrivateKey(source: Uint8Array): KeyObject {
  const text = Buffer.from(source).toString('utf8');
  const key = text.trimStart().startsWith('{') ? privateKeyOfJwk(source) : privateKeyOfPem(text);
  kindOf(key);
  return key;
}

function privateKeyOfPem(text: string): KeyObject {
  return createKey(() => createPrivateKey(text.replace(PEM_HEADERS, '$1')));
}

function privateKeyOfJwk(source: Uint8Array): KeyObject {
  const jwk = parseJsonObject(source, 'JSON Web Key');
  const members = { ...publicMembers(jwk), ...pick(jwk, PRIVATE_MEMBERS) };
  const key = createKey(() => createPrivateKey({ format: 'jwk', key: members }));
  checkKeyId(jwk, exportJwk(key).kid);
  return key;
}

function pick(jwk: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(jwk, name)).map((name) => [name, jwk[name]]));
}

function publicMembers(jwk: JsonObject): JsonWebKey {
  if (jwk.kty === 'EC') return ecMembers(jwk);
  if (jwk.kty === 'RSA') return { kty: 'RSA', e: integer(jwk, 'e'), n: integer(jwk, 'n') };
  throw new InvalidKeyError('kty must be EC or RSA');
}

function ecMembers(jwk: JsonObject): JsonWebKey {
  const kind = kindOfCurve(jwk.crv);
  if (!kind) throw new InvalidKeyError('crv must be P-256, P-384 or P-521');
  return { kty: 'EC', crv: kind.curve, x: coordinate(jwk, 'x', kind.size), y: coordinate(jwk, 'y', kind.size) };
}

function coordinate(jwk: JsonObject, name: string, size: number): string {
  const bytes = decodeBase64Url(jwk[name]);
  if (bytes?.length !== size) throw new InvalidKeyError(`${name} must be ${size} bytes in base64url`);
  return bytes.toString('base64url');
}

function integer(jwk: JsonObject, name: string): string {
  const bytes = decodeBase64Url(jwk[name]);
  if (!bytes?.[0]) throw new InvalidKeyError(`${name} must be a number in base64url without leading zero bytes`);
  return bytes.toString('base64url');
}

function createKey(create: () => KeyObject): KeyObject {
  try {
    return create();
  } catch (cause) {
    throw new InvalidKeyError('it cannot be read', { cause });
  }
}

function checkKeyId(jwk: JsonObject, computed: string): void {
  if (!Object.hasOwn(jwk, 'kid')) return;
  if (typeof jwk.kid !== 'string') throw new InvalidKeyError('kid must be a string');
  if (jwk.kid !== computed) throw new KeyIdMismatchError(jwk.kid, computed);
}

function withExtendedFields(normal: PublicJwk, jwk: JsonObject): PublicJwk {
  const extended = Object.entries(jwk).filter(
    ([name, value]) => !Object.hasOwn(normal, name) && isExtendedField(name, value),
  );
  if (extended.length === 0) return normal;
  return Object.fromEntries([...extended, ...Object.entries(normal)].sort(([a], [b]) => (a < b ? -1 : 1))) as PublicJwk;
}

/** What else belongs to a private key is not repeated, should somebody have published it. */
function isExtendedField(name: string, value: unknown): boolean {
  if (!EXTENDED_NAME.test(name) || PRIVATE_MEMBERS.includes(name)) return false;
  return typeof value === 'string' || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
}

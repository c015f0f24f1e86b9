import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  exportJwk,
  generateKey,
  InvalidJsonError,
  InvalidKeyError,
  importJwk,
  importPrivateKey,
  KeyIdMismatchError,
  keyId,
} from './index.js';

/** Keys of public documents on P-256, and one whose id begins with zero bits. */
const KNOWN_KEYS = [
  {
    kid: 'OIH7:HQFS:44FK:45VB:3B53:OIAG:TPL4:ATF5:6PNE:MGHN:NHQX:2GE4',
    x: 'Cu_UyxwLgHzE9rvlYSmvVdqYCXY42E9eNhBb0xNv0SQ',
    y: 'zUsjWJkeKQ5tv7S-hl1Tg71cd-CqnrtiiLxSi6N_yc8',
  },
  {
    kid: 'OD6I:6DRK:JXEJ:KBM4:255X:NSAA:MUSF:E4VM:ZI6W:CUN2:L4Z6:LSF4',
    x: '3gAwX48IQ5oaYQAYSxor6rYYc_6yjuLCjtQ9LUakg4A',
    y: 't72ge6kIA1XOjqjVoEOiPPAURltJFBMGDSQvEGVB010',
  },
  {
    kid: 'PYYO:TEWU:V7JH:26JV:AQTZ:LJC3:SXVJ:XGHA:34F2:2LAQ:ZRMK:Z7Q6',
    x: 'm7zUpx3b-zmVE5cymSs64POG9QcyEpJaYCD82-549_Q',
    y: 'dU3biz8sZ_8GPB-odm8Wxz3lNDr1xcAQQPQaOcr1fmc',
  },
  {
    kid: '2FQA:FDLX:NWCB:ER44:K7ER:WXFN:PBUZ:RV5H:JIDF:M4R2:HDBZ:7QVP',
    x: '7YgeBByyaUfZ0ryMwU3C0mdIdZ_vZGw3BiWpglSt0ME',
    y: 'gk4k5EgSPWmz1xiV9zY_xbrpUfFgN3Jknfr_o81ZXfc',
  },
  {
    kid: 'AAAG:74UM:X4EC:FQPB:OADR:DQQG:2NP5:J5TA:7JTZ:JQFW:5NAO:WHY2',
    x: 'MROkbhZIacoRyOyNB-ZXB16P8gd5zAiGZKLh8pt3JCU',
    y: 'o7nr66wqVurAuVCMatPRhBr0KgGZE5SgNZMaqdfnzyQ',
  },
];
const [{ kid, x, y }] = KNOWN_KEYS as [(typeof KNOWN_KEYS)[0]];
const EC = { kty: 'EC', crv: 'P-256', x, y };

const { keys } = JSON.parse(readFileSync(new URL('testdata/libtrust.json', import.meta.url), 'utf8')) as {
  keys: { name: string; keyId: string; publicJwk: string; jwk: string; pem: string }[];
};

const MODULUS = rsaModulus(2048);

function rsaModulus(modulusLength: number): string {
  return String(generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' }).n);
}

function withZeroAtTheFront(): KeyObject {
  for (;;) {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    if (publicKey.export({ format: 'der', type: 'spki' }).at(-64) === 0) return publicKey;
  }
}

describe('a key id', () => {
  it.each(KNOWN_KEYS)('of a known key is $kid', ({ kid, x, y }) => {
    expect(keyId(importJwk({ kty: 'EC', crv: 'P-256', kid, x, y }))).toBe(kid);
  });

  it.each(keys)('is what libtrust computes for a key of $name', ({ keyId: expected, publicJwk }) => {
    expect(keyId(importJwk(JSON.parse(publicJwk)))).toBe(expected);
  });

  it('is the same for the private and the public key', () => {
    const privateKey = generateKey();
    expect(keyId(privateKey)).toBe(keyId(createPublicKey(privateKey)));
  });

  it('does not depend on the form that the point was read in', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const uncompressed = publicKey.export({ format: 'der', type: 'spki' });
    const point = uncompressed.subarray(-65);
    const compressed = Buffer.concat([
      Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
      Buffer.from([2 + ((point[64] ?? 0) % 2)]),
      point.subarray(1, 33),
    ]);
    const read = createPublicKey({ key: compressed, format: 'der', type: 'spki' });
    expect(keyId(read)).toBe(keyId(publicKey));
  });
});

describe('a JSON Web Key', () => {
  it.each(keys)('of $name is printed as libtrust prints it', ({ publicJwk, pem }) => {
    expect(JSON.stringify(exportJwk(importPrivateKey(Buffer.from(pem))))).toBe(publicJwk);
  });

  it('keeps the leading zero bytes of a coordinate', () => {
    const publicKey = withZeroAtTheFront();
    const jwk = exportJwk(publicKey);
    expect(jwk).toMatchObject({ x: expect.stringMatching(/^A[A-Za-z0-9_-]{42}$/) });
    expect(importJwk(jwk).equals(publicKey)).toBe(true);
  });

  it('may come without a kid', () => {
    expect(keyId(importJwk(EC))).toBe(kid);
  });

  it('is refused when it states the kid of another key', () => {
    const stated = KNOWN_KEYS[1]?.kid;
    expect(() => importJwk({ ...EC, kid: stated })).toThrow(KeyIdMismatchError);
    expect(() => importJwk({ ...EC, kid: stated })).toThrow(expect.objectContaining({ stated, computed: kid }));
  });

  it.each<[string, unknown]>([
    ['no object', 'key'],
    ['a list', [EC]],
    ['null', null],
    ['without kty', { ...EC, kty: undefined }],
    ['of symmetric kind', { kty: 'oct', k: 'AAAA' }],
    ['of another kind', { kty: 'OKP', crv: 'Ed25519', x }],
    ['on another curve', { ...EC, crv: 'secp256k1' }],
    ['with a private part', { ...EC, d: x }],
    ['with a kid that is no string', { ...EC, kid: 1 }],
    ['with an empty kid', { ...EC, kid: '' }],
    ['without a coordinate', { ...EC, y: undefined }],
    ['with a short coordinate', { ...EC, x: 'AQAB' }],
    ['with a padded coordinate', { ...EC, x: `${x}=` }],
    ['with a coordinate in base64', { ...EC, y: y.replaceAll('_', '/').replaceAll('-', '+') }],
    ['with stray bits in a coordinate', { ...EC, x: `${x.slice(0, -1)}R` }],
    ['with a line feed in a coordinate', { ...EC, x: `${x}\n` }],
    ['with a point beside the curve', { ...EC, x: y, y: x }],
    ['of RSA without a modulus', { kty: 'RSA', e: 'AQAB' }],
    ['of RSA with an empty exponent', { kty: 'RSA', n: MODULUS, e: '' }],
    ['of RSA with a zero byte at the front of the exponent', { kty: 'RSA', n: MODULUS, e: 'AAEAAQ' }],
    ['of RSA with the exponent 1', { kty: 'RSA', n: MODULUS, e: 'AQ' }],
    ['of RSA with an even exponent', { kty: 'RSA', n: MODULUS, e: 'BA' }],
    ['of RSA with an exponent of five bytes', { kty: 'RSA', n: MODULUS, e: 'AQAAAAE' }],
    ['of RSA with 512 bits', { kty: 'RSA', n: rsaModulus(512), e: 'AQAB' }],
    ['of RSA with 8200 bits', { kty: 'RSA', n: Buffer.alloc(1025, 255).toString('base64url'), e: 'AQAB' }],
  ])('is refused: %s', (_, jwk) => {
    expect(() => importJwk(jwk)).toThrow(InvalidKeyError);
  });
});

describe('a private key', () => {
  it.each(keys)('of $name is read from what libtrust stores', ({ keyId: expected, jwk, pem }) => {
    const fromPem = importPrivateKey(Buffer.from(pem));
    const fromJwk = importPrivateKey(Buffer.from(jwk));
    expect(fromPem.equals(fromJwk)).toBe(true);
    expect(fromPem.type).toBe('private');
    expect(keyId(fromJwk)).toBe(expected);
  });

  it.each(['pkcs8', 'sec1'] as const)('is read from PEM as OpenSSL writes it, %s', (type) => {
    const key = generateKey();
    const pem = key.export({ format: 'pem', type });
    expect(importPrivateKey(Buffer.from(pem)).equals(key)).toBe(true);
    expect(importPrivateKey(Buffer.from(pem.replaceAll('\n', '\r\n'))).equals(key)).toBe(true);
  });

  it('is generated on P-256', () => {
    expect(exportJwk(generateKey())).toMatchObject({ crv: 'P-256' });
  });

  it('is refused when its JSON Web Key states another kid', () => {
    const { jwk } = keys[0] as (typeof keys)[0];
    expect(() => importPrivateKey(Buffer.from(jwk.replace(/"kid": "[^"]*"/, `"kid": "${kid}"`)))).toThrow(
      KeyIdMismatchError,
    );
  });

  it('is refused when its two halves do not belong together', () => {
    const jwk = generateKey().export({ format: 'jwk' });
    const other = generateKey().export({ format: 'jwk' });
    expect(() => importPrivateKey(Buffer.from(JSON.stringify({ ...jwk, d: other.d })))).toThrow(InvalidKeyError);
  });

  it('is refused when its JSON Web Key has only the public half', () => {
    expect(() => importPrivateKey(Buffer.from(JSON.stringify(EC)))).toThrow(InvalidKeyError);
  });

  it('is refused when it is encrypted', () => {
    const pem = generateKey().export({ format: 'pem', type: 'sec1', cipher: 'aes-128-cbc', passphrase: 'secret' });
    expect(() => importPrivateKey(Buffer.from(pem))).toThrow(InvalidKeyError);
  });

  it.each(['', 'no key', '-----BEGIN EC PRIVATE KEY-----\na: b\n\nAAAA\n-----END EC PRIVATE KEY-----\n'])(
    'is refused: %j',
    (text) => {
      expect(() => importPrivateKey(Buffer.from(text))).toThrow(InvalidKeyError);
    },
  );

  it('is refused when its JSON is broken', () => {
    expect(() => importPrivateKey(Buffer.from('{"kty":'))).toThrow(InvalidJsonError);
  });

  it.each<[string, KeyObject]>([
    ['Ed25519', generateKeyPairSync('ed25519').privateKey],
    ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey],
    ['RSA-PSS', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey],
  ])('is refused when it is of a kind that libtrust does not have: %s', (_, key) => {
    const pem = key.export({ format: 'pem', type: 'pkcs8' });
    expect(() => importPrivateKey(Buffer.from(pem))).toThrow(InvalidKeyError);
    expect(() => keyId(createPrivateKey(pem))).toThrow(InvalidKeyError);
  });
});

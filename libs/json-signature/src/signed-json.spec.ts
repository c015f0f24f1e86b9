import { createHash, createHmac, createPublicKey, type KeyObject, sign as signBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  exportJwk,
  generateKey,
  InvalidCertificateError,
  InvalidFormatError,
  InvalidJsonError,
  InvalidKeyError,
  InvalidPayloadError,
  InvalidSignatureError,
  importPrivateKey,
  JsonSignature,
  KeyIdMismatchError,
  keyId,
  MAX_SIGNATURES,
  MalformedSignatureError,
  MissingSignaturesError,
  parseSignedJson,
  prettySignature,
  sign,
  UnsupportedAlgorithmError,
  verify,
} from './index.js';

const REGISTRY_DOCUMENT = read('schema1-signed-by-v2.8.3.prettyjws');
const LIBTRUST = JSON.parse(read('libtrust.json').toString()) as {
  keys: { name: string; pem: string }[];
  documents: { name: string; payload: string; document: string; keyIds: string[]; signatures: string[] }[];
};

const TIME = new Date('2015-06-01T12:34:56.789Z');
const PAYLOAD = Buffer.from('{\n   "name": "a/b",\n   "fsLayers": ["one"]\n}');
const key = generateKey();

/** What a signature looks like in a document, with any value in the place of any member. */
type Wire = { header: Record<string, unknown>; [member: string]: unknown };

function read(name: string): Buffer {
  return readFileSync(new URL(`testdata/${name}`, import.meta.url));
}

function wireOf(signature: JsonSignature): Wire {
  return JSON.parse(signature.toString()) as Wire;
}

/** A document with these signatures, whatever they are. */
function documentOf(signatures: unknown, members = PAYLOAD.subarray(0, -2)): Buffer {
  return Buffer.concat([members, Buffer.from(`,"signatures":${JSON.stringify(signatures)}}`)]);
}

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** A valid signature of `payload` with this protected header, as a signer that is no libtrust could make it. */
function signAs(protectedHeader: unknown, payload: Uint8Array = PAYLOAD, signer: KeyObject = key): Wire {
  const text = encode(protectedHeader);
  const input = Buffer.from(`${text}.${Buffer.from(payload).toString('base64url')}`);
  const signature = signBytes('sha256', input, { key: signer, dsaEncoding: 'ieee-p1363' });
  return {
    header: { jwk: exportJwk(signer), alg: 'ES256' },
    signature: signature.toString('base64url'),
    protected: text,
  };
}

const FORMAT = { formatLength: PAYLOAD.length - 2, formatTail: encode('\n}') };

describe('a document of a 2.8.3 registry', () => {
  const signed = parseSignedJson(REGISTRY_DOCUMENT);

  it('has the payload that the registry knows it by', () => {
    expect(signed.payload).toHaveLength(307);
    expect(createHash('sha256').update(signed.payload).digest('hex')).toBe(
      '937950f35e61f2a8bd697181cc892cb6ddb41938a0e7d04eab9312dba953b945',
    );
  });

  it('verifies', () => {
    expect(verify(signed).map(({ keyId }) => keyId)).toEqual([
      '2FQA:FDLX:NWCB:ER44:K7ER:WXFN:PBUZ:RV5H:JIDF:M4R2:HDBZ:7QVP',
    ]);
  });

  it('is printed byte for byte', () => {
    expect(prettySignature(signed.payload, signed.signatures)).toEqual(REGISTRY_DOCUMENT);
  });
});

describe.each(LIBTRUST.documents)('a document of libtrust, $name,', ({ payload, document, keyIds, signatures }) => {
  const signed = parseSignedJson(Buffer.from(document));

  it('has the payload that was signed', () => {
    expect(signed.payload.toString()).toBe(payload);
  });

  it('verifies with the keys that signed', () => {
    const keys = verify(signed);
    expect(keys.map(({ keyId }) => keyId)).toEqual(keyIds);
    expect(keys.map(({ key }) => keyId(key))).toEqual(keyIds);
  });

  it('is printed byte for byte, from its own signatures and from stored ones in any order', () => {
    expect(prettySignature(signed.payload, signed.signatures).toString()).toBe(document);
    const stored = signatures.map((text) => JsonSignature.parse(Buffer.from(text))).reverse();
    expect(prettySignature(Buffer.from(payload), stored).toString()).toBe(document);
  });

  it('has signatures that are stored as libtrust stored them', () => {
    expect(signed.signatures.map(String)).toEqual(signatures);
  });
});

describe('signing', () => {
  it('states the format and the time in whole seconds', () => {
    const { protected: protectedHeader } = wireOf(sign(PAYLOAD, key, { time: TIME }));
    expect(Buffer.from(String(protectedHeader), 'base64url').toString()).toBe(
      '{"formatLength":42,"formatTail":"Cn0","time":"2015-06-01T12:34:56Z"}',
    );
  });

  it.each(LIBTRUST.keys)('works with a key of $name', ({ pem }) => {
    const signer = importPrivateKey(Buffer.from(pem));
    const signed = parseSignedJson(prettySignature(PAYLOAD, [sign(PAYLOAD, signer, { time: TIME })]));
    expect(signed.payload).toEqual(PAYLOAD);
    expect(verify(signed).map(({ keyId }) => keyId)).toEqual([keyId(signer)]);
  });

  it('leaves out the comma behind a brace, without which the document would not be JSON', () => {
    const signed = prettySignature(Buffer.from('{\n}\n'), [sign(Buffer.from('{\n}\n'), key, { time: TIME })]);
    expect(signed.toString()).toMatch(/^\{"signatures":\[/);
    expect(parseSignedJson(signed).payload.toString()).toBe('{\n}\n');
  });

  it('prints a list in short when the indent would blow it up', () => {
    const payload = Buffer.from(`{\n${' '.repeat(257)}"a": 1\n}`);
    const document = prettySignature(payload, [sign(payload, key, { time: TIME })]);
    expect(document.length).toBeLessThan(payload.length + 1000);
    expect(parseSignedJson(document).payload).toEqual(payload);
  });

  it.each<[string, string | Buffer]>([
    ['not JSON', '{"a":1'],
    ['a comma at its end', '{"a":1,}'],
    ['two objects', '{} {}'],
    ['empty', ''],
    ['a list', '[{}]'],
    ['a text', '"{}"'],
    ['null', 'null'],
    ['a byte order mark', '\ufeff{}'],
    ['not UTF-8', Buffer.from('{"a":"\xe9"}', 'latin1')],
    ['signed already', REGISTRY_DOCUMENT],
  ])('refuses a payload that is %s', (_, payload) => {
    expect(() => sign(Buffer.from(payload), key, { time: TIME })).toThrow(InvalidPayloadError);
  });

  it('refuses a public key', () => {
    expect(() => sign(PAYLOAD, createPublicKey(key), { time: TIME })).toThrow(InvalidKeyError);
  });

  it('prints no signature of another layout of the payload', () => {
    const other = sign(Buffer.from('{"name":"a/b","fsLayers":["one"]}'), key, { time: TIME });
    expect(() => prettySignature(PAYLOAD, [other])).toThrow(InvalidFormatError);
  });

  it('prints as many signatures as a document may have, and no more', () => {
    const signature = sign(PAYLOAD, key, { time: TIME });
    const document = prettySignature(PAYLOAD, Array(MAX_SIGNATURES).fill(signature));
    expect(verify(parseSignedJson(document))).toHaveLength(MAX_SIGNATURES);
    expect(() => prettySignature(PAYLOAD, Array(MAX_SIGNATURES + 1).fill(signature))).toThrow(MalformedSignatureError);
  });

  it('prints no document without signatures', () => {
    expect(() => prettySignature(PAYLOAD, [])).toThrow(MissingSignaturesError);
  });
});

describe('a document', () => {
  const valid = signAs(FORMAT);

  it('verifies when it was signed by other than libtrust, with members in another order and no time', () => {
    const signed = parseSignedJson(documentOf([signAs({ formatTail: encode('\n}'), x: 1, formatLength: 42 })]));
    expect(signed.payload).toEqual(PAYLOAD);
    expect(verify(signed)).toHaveLength(1);
  });

  it.each<[string, string | Buffer, new (...args: never[]) => Error]>([
    ['not JSON', '{', InvalidJsonError],
    ['empty', '', InvalidJsonError],
    ['a list', '[]', InvalidJsonError],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), InvalidJsonError],
    ['without signatures', PAYLOAD, MissingSignaturesError],
    ['with signatures that only its prototype has', '{"__proto__":{"signatures":[]}}', MissingSignaturesError],
    ['with an empty list', documentOf([]), MissingSignaturesError],
    ['with an object for the list', documentOf({}), MalformedSignatureError],
    ['with null for the list', documentOf(null), MalformedSignatureError],
    ['with null in the list', documentOf([null]), MalformedSignatureError],
    ['with a text in the list', documentOf(['{}']), MalformedSignatureError],
    ['with a signature that is a list', documentOf([[valid]]), MalformedSignatureError],
    [
      'with more signatures than anybody makes',
      documentOf(Array(MAX_SIGNATURES + 1).fill(valid)),
      MalformedSignatureError,
    ],
  ])('is refused: %s', (_, document, error) => {
    expect(() => parseSignedJson(Buffer.from(document))).toThrow(error);
  });

  it.each<[string, (wire: Wire) => unknown, new (...args: never[]) => Error]>([
    ['without header', ({ header, ...wire }) => wire, MalformedSignatureError],
    ['with a text as header', (wire) => ({ ...wire, header: 'header' }), MalformedSignatureError],
    ['without key', (wire) => ({ ...wire, header: { alg: 'ES256' } }), MalformedSignatureError],
    ['with null as key', (wire) => withHeader(wire, { jwk: null }), InvalidKeyError],
    ['with a symmetric key', (wire) => withHeader(wire, { jwk: { kty: 'oct', k: 'AA' } }), InvalidKeyError],
    ['with another kid', (wire) => withKey(wire, { kid: keyId(generateKey()) }), KeyIdMismatchError],
    ['with an empty list of certificates', (wire) => withHeader(wire, { x5c: [] }), InvalidCertificateError],
    ['with no list of certificates', (wire) => withHeader(wire, { x5c: 'AA==' }), InvalidCertificateError],
    ['with null for a certificate', (wire) => withHeader(wire, { x5c: [null] }), InvalidCertificateError],
    ['with bytes that are no certificate', (wire) => withHeader(wire, { x5c: ['AA=='] }), InvalidCertificateError],
    ['without signature', ({ signature, ...wire }) => wire, MalformedSignatureError],
    ['with a number as signature', (wire) => ({ ...wire, signature: 1 }), MalformedSignatureError],
    ['with a padded signature', (wire) => ({ ...wire, signature: `${wire.signature}==` }), MalformedSignatureError],
    ['with a signature in base64', (wire) => ({ ...wire, signature: '+/+/' }), MalformedSignatureError],
    [
      'with a signature of two lines',
      (wire) => ({ ...wire, signature: `${wire.signature}\n` }),
      MalformedSignatureError,
    ],
    ['without protected header', ({ protected: _, ...wire }) => wire, MalformedSignatureError],
    ['with an empty protected header', (wire) => ({ ...wire, protected: '' }), MalformedSignatureError],
    ['with a protected header in clear', (wire) => ({ ...wire, protected: '{}' }), MalformedSignatureError],
    ['with a protected header that is not JSON', () => signAs('{'), MalformedSignatureError],
    ['with a protected header that is a list', () => signAs([42, 'Cn0']), MalformedSignatureError],
    ['without formatLength', () => signAs({ formatTail: 'Cn0' }), MalformedSignatureError],
    ['with a text as formatLength', () => signAs({ ...FORMAT, formatLength: '42' }), MalformedSignatureError],
    ['with a broken formatLength', () => signAs({ ...FORMAT, formatLength: 42.5 }), MalformedSignatureError],
    ['with a negative formatLength', () => signAs({ ...FORMAT, formatLength: -1 }), MalformedSignatureError],
    ['with an endless formatLength', () => signAs({ ...FORMAT, formatLength: 1e300 }), MalformedSignatureError],
    ['without formatTail', () => signAs({ formatLength: 42 }), MalformedSignatureError],
    ['with a padded formatTail', () => signAs({ ...FORMAT, formatTail: 'Cn0=' }), MalformedSignatureError],
    ['with a formatLength beyond the end', () => signAs({ ...FORMAT, formatLength: 100_000 }), InvalidFormatError],
    ['with a formatLength inside a member', () => signAs({ ...FORMAT, formatLength: 41 }), InvalidPayloadError],
    ['with a formatLength of nothing', () => signAs({ ...FORMAT, formatLength: 0 }), InvalidPayloadError],
    ['with a formatTail that closes nothing', () => signAs({ ...FORMAT, formatTail: '' }), InvalidPayloadError],
  ])('is refused when it has a signature %s', (_, change, error) => {
    expect(() => parseSignedJson(documentOf([change(valid)]))).toThrow(error);
  });

  it.each(['none', 'None', '', 'HS256', 'ES384', 'ES512', 'RS256', 'PS256', 'EdDSA', 'es256', 'toString'])(
    'is refused when a key on P-256 comes with the algorithm %j',
    (alg) => {
      expect(() => parseSignedJson(documentOf([withHeader(valid, { alg })]))).toThrow(UnsupportedAlgorithmError);
    },
  );

  it('is refused when the algorithm is no text', () => {
    expect(() => parseSignedJson(documentOf([withHeader(valid, { alg: ['ES256'] })]))).toThrow(MalformedSignatureError);
  });

  it('is refused when a public key serves as the secret of an HMAC', () => {
    const { publicKey, wire } = hmacWithPublicKey();
    expect(publicKey).toContain('PUBLIC KEY');
    expect(() => parseSignedJson(documentOf([wire]))).toThrow(UnsupportedAlgorithmError);
  });

  it('keeps what a key says of itself in strings, in the order of names, and nothing private', () => {
    const wire = withKey(valid, { p: 'secret', n: 'x', hosts: ['a', 'b'], exp: 1, list: [1], __: 'x' });
    const { signatures } = parseSignedJson(documentOf([wire]));
    const { crv, kid, kty, x, y } = wire.header.jwk as Record<string, string>;
    expect(signatures.map((signature) => JSON.stringify(wireOf(signature).header.jwk))).toEqual([
      JSON.stringify({ crv, hosts: ['a', 'b'], kid, kty, n: 'x', x, y }),
    ]);
  });

  it('is refused when signatures differ in format', () => {
    const otherTail = signAs({ ...FORMAT, formatTail: encode('}') }, Buffer.from(`${PAYLOAD.subarray(0, 42)}}`));
    const shorter = Buffer.from('{\n   "name": "a/b"\n}');
    const otherLength = signAs({ ...FORMAT, formatLength: 18 }, shorter);
    expect(() => parseSignedJson(documentOf([valid, otherTail]))).toThrow(InvalidFormatError);
    expect(() => parseSignedJson(documentOf([valid, otherLength]))).toThrow(InvalidFormatError);
  });
});

function withHeader(wire: Wire, members: Record<string, unknown>): Wire {
  return { ...wire, header: { ...wire.header, ...members } };
}

function withKey(wire: Wire, members: Record<string, unknown>): Wire {
  return withHeader(wire, { jwk: { ...(wire.header.jwk as object), ...members } });
}

function hmacWithPublicKey(): { publicKey: string; wire: Wire } {
  const publicKey = createPublicKey(key).export({ format: 'pem', type: 'spki' });
  const text = encode(FORMAT);
  const signature = createHmac('sha256', publicKey).update(`${text}.${PAYLOAD.toString('base64url')}`);
  const header = { jwk: exportJwk(key), alg: 'HS256' };
  return { publicKey, wire: { header, signature: signature.digest('base64url'), protected: text } };
}

describe('verification', () => {
  const signature = sign(PAYLOAD, key, { time: TIME });
  const wire = wireOf(signature);

  it('refuses another payload', () => {
    const document = documentOf([wire], Buffer.from(PAYLOAD.toString().replace('one', 'two')).subarray(0, -2));
    expect(() => verify(parseSignedJson(document))).toThrow(InvalidSignatureError);
  });

  it.each<[string, Wire]>([
    ['an empty signature', { ...wire, signature: '' }],
    ['a signature of zeros', { ...wire, signature: encode('\0'.repeat(64)) }],
    ['a signature cut short', { ...wire, signature: Buffer.alloc(63, 1).toString('base64url') }],
    ['a signature in DER', { ...wire, signature: derSignature() }],
    ['the key of another', withHeader(wire, { jwk: exportJwk(generateKey()) })],
    ['another time', { ...wire, protected: encode({ ...FORMAT, time: '2015-06-01T12:34:57Z' }) }],
    ['the same protected header printed differently', { ...wire, protected: encode({ ...FORMAT }) }],
  ])('refuses %s', (_, changed) => {
    const signed = parseSignedJson(documentOf([changed]));
    expect(() => verify(signed)).toThrow(InvalidSignatureError);
  });

  it('names the key of the bad signature among good ones', () => {
    const other = generateKey();
    const forged = { ...wireOf(sign(PAYLOAD, other, { time: TIME })), signature: String(wire.signature) };
    const signed = parseSignedJson(documentOf([wire, forged, wire]));
    expect(() => verify(signed)).toThrow(
      expect.objectContaining({ name: 'InvalidSignatureError', keyId: keyId(other) }),
    );
  });

  it('refuses an RSA signature under another hash than its own', () => {
    const rsa = importPrivateKey(Buffer.from(LIBTRUST.keys.find(({ name }) => name === 'RSA')?.pem ?? ''));
    const signed = wireOf(sign(PAYLOAD, rsa, { time: TIME }));
    expect(signed.header.alg).toBe('RS256');
    expect(verify(parseSignedJson(documentOf([signed])))).toHaveLength(1);
    const changed = parseSignedJson(documentOf([withHeader(signed, { alg: 'RS512' })]));
    expect(() => verify(changed)).toThrow(InvalidSignatureError);
  });

  it.each(['RS384', 'RS512'])('accepts %s, which libtrust does not make', (alg) => {
    const rsa = importPrivateKey(Buffer.from(LIBTRUST.keys.find(({ name }) => name === 'RSA')?.pem ?? ''));
    const input = Buffer.from(`${encode(FORMAT)}.${PAYLOAD.toString('base64url')}`);
    const signature = signBytes(`sha${alg.slice(2)}`, input, rsa).toString('base64url');
    const signed = { header: { jwk: exportJwk(rsa), alg }, signature, protected: encode(FORMAT) };
    expect(verify(parseSignedJson(documentOf([signed])))).toHaveLength(1);
  });

  it('refuses a payload with no signature at all', () => {
    expect(() => verify({ payload: PAYLOAD, signatures: [] })).toThrow(MissingSignaturesError);
  });

  function derSignature(): string {
    const input = Buffer.from(`${wire.protected}.${PAYLOAD.toString('base64url')}`);
    return signBytes('sha256', input, { key, dsaEncoding: 'der' }).toString('base64url');
  }
});

describe('only the payload is what was signed', () => {
  const document = prettySignature(PAYLOAD, [sign(PAYLOAD, key, { time: TIME })]);

  function verifiedMembers(bytes: Buffer): unknown {
    const signed = parseSignedJson(bytes);
    expect(verify(signed).map(({ keyId }) => keyId)).toEqual([keyId(key)]);
    return JSON.parse(signed.payload.toString());
  }

  it('when a member behind the signatures repeats one before them', () => {
    const attacked = Buffer.from(document.toString().replace(/\n\}$/, ',\n   "fsLayers": ["evil"]\n}'));
    expect(JSON.parse(attacked.toString())).toMatchObject({ fsLayers: ['evil'] });
    expect(verifiedMembers(attacked)).toEqual({ name: 'a/b', fsLayers: ['one'] });
  });

  it('when a member between the signed region and the signatures repeats one', () => {
    const attacked = Buffer.from(document.toString().replace('"signatures"', '"fsLayers": ["evil"], "signatures"'));
    expect(JSON.parse(attacked.toString())).toMatchObject({ fsLayers: ['evil'] });
    expect(verifiedMembers(attacked)).toEqual({ name: 'a/b', fsLayers: ['one'] });
  });

  it('when a list of signatures of somebody else comes first', () => {
    const theirs = JSON.stringify([wireOf(sign(PAYLOAD, generateKey(), { time: TIME }))]);
    const attacked = Buffer.from(document.toString().replace('"signatures"', `"signatures": ${theirs}, "signatures"`));
    expect(verifiedMembers(attacked)).toEqual({ name: 'a/b', fsLayers: ['one'] });
  });

  it('when a list of signatures over less of the document comes last', () => {
    const less = Buffer.from('{\n   "name": "a/b"\n}');
    const other = generateKey();
    const theirs = JSON.stringify([wireOf(sign(less, other, { time: TIME }))]);
    const signed = parseSignedJson(Buffer.from(document.toString().replace(/\n\}$/, `,"signatures":${theirs}}`)));
    expect(signed.payload).toEqual(less);
    expect(verify(signed).map(({ keyId }) => keyId)).toEqual([keyId(other)]);
  });

  it('and it may not hold signatures itself, so that it is no signed document in its turn', () => {
    const inner = Buffer.concat([document.subarray(0, -2), Buffer.from(',"fsLayers":["evil"]}')]);
    const format = { formatLength: inner.length - 1, formatTail: encode('}') };
    const attacked = documentOf([signAs(format, inner)], inner.subarray(0, -1));
    expect(() => parseSignedJson(attacked)).toThrow(InvalidPayloadError);
  });

  it('and none of it may come from the formatTail', () => {
    const tail = ',"fsLayers":["evil"]\n}';
    const payload = Buffer.concat([PAYLOAD.subarray(0, 42), Buffer.from(tail)]);
    const attacked = documentOf([signAs({ ...FORMAT, formatTail: encode(tail) }, payload)]);
    expect(() => parseSignedJson(attacked)).toThrow(InvalidFormatError);
  });
});

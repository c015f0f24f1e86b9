import { sign as signBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  exportJwk,
  generateKey,
  importPrivateKey,
  JsonSignature,
  keyId,
  parseSignedJson,
  prettySignature,
  SignedJsonError,
  sign,
  verify,
} from './index.js';

const REGISTRY_DOCUMENT = readFileSync(new URL('testdata/schema1-signed-by-v2.8.3.prettyjws', import.meta.url));
/** The `formatLength` that the signature states. */
const SIGNED_BYTES = 305;
const LIBTRUST = JSON.parse(readFileSync(new URL('testdata/libtrust.json', import.meta.url), 'utf8')) as {
  keys: { pem: string }[];
};
const KEYS = LIBTRUST.keys.map(({ pem }) => importPrivateKey(Buffer.from(pem)));
const TIME = new Date('2015-06-01T12:34:56Z');

const anyText = fc.string({ unit: 'binary' });
const anyObject = fc
  .dictionary(anyText, fc.jsonValue({ stringUnit: 'binary' }), { maxKeys: 5 })
  .filter((members) => !Object.hasOwn(members, 'signatures'));
const anyWhiteSpace = fc.string({ unit: fc.constantFrom(' ', '\n', '\r', '\t'), maxLength: 5 });

/** The text of an object, in the many ways to lay it out. */
const anyPayload = fc
  .record({
    object: anyObject,
    indent: fc.constantFrom('', ' ', '   ', '\t', ' '.repeat(10)),
    lineBreak: fc.constantFrom('\n', '\r\n', '\n\n'),
    before: fc.oneof(fc.constant(''), anyWhiteSpace),
    after: anyWhiteSpace,
  })
  .map(({ object, indent, lineBreak, before, after }) =>
    Buffer.from(before + JSON.stringify(object, null, indent).replaceAll('\n', lineBreak) + after),
  );
const anySigners = fc.array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 3 });

interface Outcome {
  readonly payload: string;
  readonly keyIds: readonly string[];
}

/** What a document is verified to be; `undefined` when it is refused with an error of this library. */
function outcomeOf(document: Uint8Array): Outcome | undefined {
  try {
    const signed = parseSignedJson(document);
    return { keyIds: verify(signed).map(({ keyId }) => keyId), payload: signed.payload.toString('hex') };
  } catch (error) {
    if (error instanceof SignedJsonError) return undefined;
    throw error;
  }
}

describe('any object in any layout with any signers', () => {
  it('is the same after signing, printing and parsing, and verifies', () => {
    fc.assert(
      fc.property(anyPayload, anySigners, (payload, signers) => {
        const signatures = signers.map((signer) => sign(payload, signer, { time: TIME }));
        const signed = parseSignedJson(prettySignature(payload, signatures));
        expect(signed.payload.equals(payload)).toBe(true);
        expect(verify(signed).map(({ keyId }) => keyId)).toEqual(signers.map((signer) => keyId(signer)).sort());
      }),
      { numRuns: 50 },
    );
  });

  it('is printed the same after parsing, in whichever order its signatures are given', () => {
    fc.assert(
      fc.property(anyPayload, anySigners, (payload, signers) => {
        const signatures = signers.map((signer) => sign(payload, signer, { time: TIME }));
        const document = prettySignature(payload, signatures);
        const signed = parseSignedJson(document);
        expect(prettySignature(signed.payload, signed.signatures).equals(document)).toBe(true);
        const stored = signed.signatures.map((signature) => JsonSignature.parse(Buffer.from(String(signature))));
        expect(prettySignature(payload, stored.reverse()).equals(document)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('is a document that holds the members and the signatures', () => {
    fc.assert(
      fc.property(anyPayload, fc.constantFrom(...KEYS), (payload, signer) => {
        const document = prettySignature(payload, [sign(payload, signer, { time: TIME })]);
        const { signatures, ...members } = JSON.parse(document.toString());
        expect(signatures).toHaveLength(1);
        expect(members).toEqual({ ...JSON.parse(payload.toString()) });
      }),
    );
  });
});

function withBitsFlipped(position: number, bits: number): Buffer {
  const changed = Buffer.from(REGISTRY_DOCUMENT);
  changed.writeUInt8(changed.readUInt8(position) ^ bits, position);
  return changed;
}

describe('a document with one changed byte', () => {
  const original = outcomeOf(REGISTRY_DOCUMENT);

  it('is refused when the byte is signed, and refused or still the same anywhere else', () => {
    const wrong = [];
    for (const bits of [0x01, 0x04, 0x20, 0x80]) {
      for (let position = 0; position < REGISTRY_DOCUMENT.length; position += 1) {
        const outcome = outcomeOf(withBitsFlipped(position, bits));
        if (outcome && (position < SIGNED_BYTES || !isDeepStrictEqual(outcome, original)))
          wrong.push({ position, bits });
      }
    }
    expect(wrong).toEqual([]);
  });

  it('is refused when the byte is one of the signature, the protected header or the key', () => {
    const text = REGISTRY_DOCUMENT.toString();
    const values = ['"kid": "', '"x": "', '"y": "', '"signature": "', '"protected": "', '"alg": "'].map((name) => {
      const start = text.indexOf(name) + name.length;
      return { start, end: text.indexOf('"', start) };
    });
    const anyPosition = fc.constantFrom(...values).chain(({ start, end }) => fc.integer({ min: start, max: end - 1 }));
    fc.assert(
      fc.property(anyPosition, fc.integer({ min: 1, max: 255 }), (position, bits) => {
        expect(outcomeOf(withBitsFlipped(position, bits))).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a document made of pieces', () => {
  const payload = Buffer.from('{\n   "name": "a/b",\n   "fsLayers": ["one"]\n}');
  const key = generateKey();
  const document = prettySignature(payload, [sign(payload, key, { time: TIME })]);
  const original = { keyIds: [keyId(key)], payload: payload.toString('hex') };
  const wire = JSON.parse(document.toString()).signatures[0];

  /** Nobody else has the key, so whatever it verifies is what it signed. */
  function expectNoForgery(bytes: Uint8Array): void {
    const outcome = outcomeOf(bytes);
    if (outcome?.keyIds.includes(keyId(key))) expect(outcome).toEqual(original);
  }

  it('of a signed one is refused or the same', () => {
    const anyPiece = fc
      .tuple(fc.nat(document.length), fc.nat(document.length))
      .map(([a, b]) => document.subarray(Math.min(a, b), Math.max(a, b)));
    const anyStart = fc.nat(document.length).map((length) => document.subarray(0, length));
    const anyEnd = fc.nat(document.length).map((start) => document.subarray(start));
    fc.assert(
      fc.property(anyStart, fc.array(anyPiece, { maxLength: 3 }), anyEnd, (start, pieces, end) => {
        expectNoForgery(Buffer.concat([start, ...pieces, end]));
      }),
      { numRuns: 1000 },
    );
  });

  it('with members added anywhere outside of the signed region is the same', () => {
    const text = document.toString();
    const anyMember = fc
      .tuple(anyText, fc.jsonValue({ stringUnit: 'binary' }))
      .filter(([name]) => name !== 'signatures');
    fc.assert(
      fc.property(anyMember, fc.boolean(), ([name, value], isLast) => {
        const member = `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
        const added = isLast
          ? text.replace(/\n\}$/, () => `,${member}\n}`)
          : text.replace('"signatures"', () => `${member}, "signatures"`);
        expect(outcomeOf(Buffer.from(added))).toEqual(original);
      }),
    );
  });

  it('with anything in the place of anything in its signature is refused or the same', () => {
    const anyValue = fc.oneof(
      fc.jsonValue(),
      fc.base64String(),
      fc.constantFrom('ES256', 'none', 'RS256', 'Cn0', wire),
    );
    const anyPath = fc.constantFrom(
      [],
      ['header'],
      ['signature'],
      ['protected'],
      ...['jwk', 'alg', 'x5c'].map((name) => ['header', name]),
      ...['crv', 'kid', 'kty', 'x', 'y', 'd', 'extended'].map((name) => ['header', 'jwk', name]),
    );
    fc.assert(
      fc.property(anyPath, anyValue, (path, value) => {
        const signature = withValueAt(wire, path, value);
        expectNoForgery(Buffer.from(JSON.stringify({ ...JSON.parse(payload.toString()), signatures: [signature] })));
        expectNoForgery(
          Buffer.from(document.toString().replace(/\[\n {6}\{[\s\S]*\]/, () => JSON.stringify([signature]))),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('whose signer lies about the format is refused, or begins with its payload', () => {
    const anyFormat = fc.record({
      formatLength: fc.oneof(fc.constantFrom(18, 42), fc.nat(60), fc.double(), fc.maxSafeInteger()),
      formatTail: fc
        .oneof(anyPayload, anyWhiteSpace, fc.constantFrom('}', '\n}', ' } \n', ',"fsLayers":[]}', '"]}'))
        .map((tail) => Buffer.from(tail).toString('base64url')),
    });
    fc.assert(
      fc.property(anyFormat, ({ formatLength, formatTail }) => {
        const members = Buffer.from('{\n   "name": "a/b",\n   "fsLayers": ["one"]');
        const tail = Buffer.from(formatTail, 'base64url');
        const lie = Buffer.concat([members.subarray(0, formatLength), tail]);
        const signature = signatureOver(lie, { formatLength, formatTail });
        const signed = Buffer.concat([members, Buffer.from(`,"signatures":[${signature}]}`)]);
        const outcome = outcomeOf(signed);
        if (!outcome) return;
        expect(outcome.payload).toBe(lie.toString('hex'));
        expect(tail.toString().trim()).toBe('}');
      }),
      { numRuns: 500 },
    );
  });

  function signatureOver(lie: Uint8Array, format: object): string {
    const protectedHeader = Buffer.from(JSON.stringify(format)).toString('base64url');
    const input = Buffer.from(`${protectedHeader}.${Buffer.from(lie).toString('base64url')}`);
    const signature = signBytes('sha256', input, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    return JSON.stringify({ header: { jwk: exportJwk(key), alg: 'ES256' }, signature, protected: protectedHeader });
  }
});

function withValueAt(target: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const members = target as Record<string, unknown>;
  return { ...members, [name]: withValueAt(members[name], rest, value) };
}

describe('any bytes', () => {
  it('are no signed document', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => Buffer.from(text)),
      anyPayload,
    );
    fc.assert(fc.property(anyBytes, (bytes) => expect(outcomeOf(bytes)).toBeUndefined()));
  });

  it('may be nested as deep as they like', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(outcomeOf(Buffer.from(`{"signatures":${deep}}`))).toBeUndefined();
    expect(outcomeOf(Buffer.from(`{"signatures":[{"header":{"jwk":{"kty":${deep}}}}]}`))).toBeUndefined();
    const payload = Buffer.from(`{"a":${deep}}`);
    const document = prettySignature(payload, [sign(payload, generateKey(), { time: TIME })]);
    expect(outcomeOf(document)?.payload).toBe(payload.toString('hex'));
  });
});

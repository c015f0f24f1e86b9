import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  exportJwk,
  generateKey,
  InvalidCertificateError,
  InvalidKeyError,
  InvalidSignatureError,
  importPrivateKey,
  JsonSignature,
  keyId,
  MalformedSignatureError,
  parseSignedJson,
  prettySignature,
  type SignedJson,
  SignedJsonError,
  sign,
  UntrustedCertificateError,
  verify,
  verifyChains,
} from './index.js';

const PAYLOAD = Buffer.from('{"name":"a/b"}');
const key = importPrivateKey(readFileSync(new URL('testdata/leaf.key', import.meta.url)));

const certificates = new Map(
  Array.from(
    readFileSync(new URL('testdata/certificates.pem', import.meta.url), 'utf8').matchAll(
      /-----BEGIN[\s\S]*?-----END.*-----/g,
    ),
    ([pem]) => new X509Certificate(pem),
  ).map((certificate) => [certificate.subject.replace('CN=', ''), certificate]),
);

function certificate(name: string): X509Certificate {
  const found = certificates.get(name);
  if (!found) throw new Error(`there is no certificate ${name}`);
  return found;
}

/** A moment at which all certificates are valid. */
const TIME = new Date(certificate('leaf-for-clients').validFromDate.getTime() + 60_000);

function x5cOf(names: readonly string[]): string[] {
  return names.map((name) => certificate(name).raw.toString('base64'));
}

/** A signature by the leaf key that comes with `header` in place of the key. */
function signatureWith(header: Record<string, unknown>): JsonSignature {
  const wire = JSON.parse(sign(PAYLOAD, key, { time: TIME }).toString()) as object;
  return JsonSignature.from({ ...wire, header: { alg: 'ES256', ...header } });
}

function signedWith(...names: string[]): SignedJson {
  return { payload: PAYLOAD, signatures: [signatureWith({ x5c: x5cOf(names) })] };
}

function errorOf(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

function authorities(...names: string[]): X509Certificate[] {
  return names.map(certificate);
}

function namesOf(chains: readonly (readonly X509Certificate[])[]): string[][] {
  return chains.map((chain) => chain.map(({ subject }) => subject.replace('CN=', '')));
}

describe('a signature with certificates', () => {
  it('is verified with the key of the first one', () => {
    const signed = signedWith('leaf-of-intermediate', 'intermediate');
    expect(verify(signed).map(({ keyId }) => keyId)).toEqual([keyId(key)]);
    expect(() => verify(signedWith('intermediate', 'leaf-of-intermediate'))).toThrow(InvalidSignatureError);
  });

  it('keeps its certificates and gets no jwk when it is printed', () => {
    const { payload, signatures } = signedWith('leaf-of-intermediate', 'intermediate');
    const printed = parseSignedJson(prettySignature(payload, signatures));
    expect(printed.signatures.map(({ certificates }) => certificates.map(({ raw }) => raw))).toEqual([
      [certificate('leaf-of-intermediate').raw, certificate('intermediate').raw],
    ]);
    expect(JSON.stringify(printed.signatures)).not.toContain('jwk');
  });

  it('may state the same key as jwk, and no other', () => {
    const x5c = x5cOf(['leaf-of-root']);
    const signature = signatureWith({ jwk: exportJwk(key), x5c });
    expect(Object.keys(signature.toJSON().header)).toEqual(['jwk', 'alg', 'x5c']);
    expect(() => signatureWith({ jwk: exportJwk(generateKey()), x5c })).toThrow(MalformedSignatureError);
  });

  it('is refused when the first one has a key that libtrust does not have', () => {
    expect(() => signatureWith({ x5c: x5cOf(['ed25519-root']) })).toThrow(InvalidKeyError);
  });

  it.each<[string, string[]]>([
    ['in PEM', [Buffer.from(certificate('root').toString()).toString('base64')]],
    ['with bytes behind it', [Buffer.concat([certificate('root').raw, Buffer.alloc(1)]).toString('base64')]],
    ['cut short', [certificate('root').raw.subarray(0, -1).toString('base64')]],
    ['in base64url', [certificate('leaf-of-root').raw.toString('base64url')]],
    ['of two lines', x5cOf(['root']).map((text) => `${text.slice(0, 64)}\n${text.slice(64)}`)],
    ['behind a good one, with text for base64', [...x5cOf(['leaf-of-root']), '?']],
    ['the eleventh', x5cOf(Array(11).fill('leaf-of-root'))],
  ])('is refused when it has one %s', (_, x5c) => {
    expect(() => signatureWith({ x5c })).toThrow(InvalidCertificateError);
  });
});

describe('a chain', () => {
  it.each<[string, string[], string[], string[]]>([
    ['to an authority', ['leaf-of-root'], ['root'], ['leaf-of-root', 'root']],
    ['of more', ['leaf-of-intermediate', 'intermediate'], ['root'], ['leaf-of-intermediate', 'intermediate', 'root']],
    ['that brings its root', ['leaf-of-root', 'root'], ['root'], ['leaf-of-root', 'root']],
    [
      'in disorder',
      ['leaf-of-intermediate', 'root', 'intermediate'],
      ['root'],
      ['leaf-of-intermediate', 'intermediate', 'root'],
    ],
    ['that ends early', ['leaf-of-intermediate'], ['intermediate'], ['leaf-of-intermediate', 'intermediate']],
    [
      'through authorities',
      ['leaf-of-intermediate'],
      ['root', 'intermediate'],
      ['leaf-of-intermediate', 'intermediate'],
    ],
    ['of a certificate that is trusted itself', ['leaf-of-root'], ['leaf-of-root'], ['leaf-of-root']],
    ['past strangers', ['leaf-of-root', 'other-root'], ['other-root', 'root'], ['leaf-of-root', 'root']],
    ['with a certificate for servers', ['leaf-for-servers'], ['root'], ['leaf-for-servers', 'root']],
    [
      'that is short-lived',
      ['leaf-of-short-lived', 'short-lived'],
      ['root'],
      ['leaf-of-short-lived', 'short-lived', 'root'],
    ],
  ])('is found: %s', (_, x5c, trusted, expected) => {
    expect(namesOf(verifyChains(signedWith(...x5c), authorities(...trusted), TIME))).toEqual([expected]);
  });

  it.each<[string, string[], string[]]>([
    ['no authority is configured', ['leaf-of-root', 'root'], []],
    ['its authority is another', ['leaf-of-root', 'root'], ['other-root']],
    ['a link is missing', ['leaf-of-intermediate'], ['root']],
    ['the issuer is no authority', ['leaf-of-no-authority', 'no-authority'], ['root']],
    ['the issuer is no authority, though configured', ['leaf-of-no-authority'], ['no-authority']],
    ['the issuer may not sign certificates', ['leaf-of-not-signing', 'not-signing'], ['root']],
    ['it is longer than an authority allows', ['leaf-of-too-deep', 'too-deep', 'intermediate'], ['root']],
    ['names are constrained', ['leaf-of-constrained', 'constrained'], ['root']],
    ['a signature is of SHA-1', ['leaf-with-sha1'], ['root']],
    ['a signature is of Ed25519', ['leaf-of-ed25519-root'], ['ed25519-root']],
    ['the certificate is for other than servers', ['leaf-for-clients'], ['root']],
    ['the certificate is for other than servers, though trusted', ['leaf-for-clients'], ['leaf-for-clients']],
  ])('is not found when %s', (_, x5c, trusted) => {
    expect(() => verifyChains(signedWith(...x5c), authorities(...trusted), TIME)).toThrow(UntrustedCertificateError);
  });

  it('of a certificate that was made to look like one of an authority is not found', () => {
    const forged = Buffer.from(certificate('leaf-of-root').raw);
    forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1);
    const signatures = [signatureWith({ x5c: [forged.toString('base64')] })];
    expect(() => verifyChains({ payload: PAYLOAD, signatures }, authorities('root'), TIME)).toThrow(
      UntrustedCertificateError,
    );
  });

  it('is not found before or after a certificate in it is valid', () => {
    const signed = signedWith('leaf-of-short-lived', 'short-lived');
    const { validFromDate, validToDate } = certificate('short-lived');
    const before = new Date(validFromDate.getTime() - 1000);
    const after = new Date(validToDate.getTime() + 1000);
    expect(() => verifyChains(signed, authorities('root'), before)).toThrow(UntrustedCertificateError);
    expect(() => verifyChains(signed, authorities('root'), after)).toThrow(UntrustedCertificateError);
    expect(() => verifyChains(signed, authorities('short-lived'), after)).toThrow(UntrustedCertificateError);
  });

  it('with anything changed in a certificate is refused', () => {
    const anyChange = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.constantFrom('leaf-of-intermediate', 'intermediate'), anyChange, (name, changes) => {
        const x5c = x5cOf(['leaf-of-intermediate', 'intermediate']).map((text) => Buffer.from(text, 'base64'));
        const changed = Buffer.from(certificate(name).raw);
        for (const [position, byte] of changes) changed[position % changed.length] = byte;
        fc.pre(!changed.equals(certificate(name).raw));
        x5c[name === 'intermediate' ? 1 : 0] = changed;
        const error = errorOf(() => {
          const signatures = [signatureWith({ x5c: x5c.map((der) => der.toString('base64')) })];
          verifyChains({ payload: PAYLOAD, signatures }, authorities('root'), TIME);
        });
        expect(error).toBeInstanceOf(SignedJsonError);
      }),
      { numRuns: 500 },
    );
  });

  it('of a certificate with a date that cannot be read is not found', () => {
    const { raw } = certificate('leaf-of-root');
    const undated = Buffer.from(raw.toString('latin1').replace('2126', '21x6'), 'latin1');
    const signatures = [signatureWith({ x5c: [undated.toString('base64')] })];
    expect(() => verifyChains({ payload: PAYLOAD, signatures }, [new X509Certificate(undated)], TIME)).toThrow(
      UntrustedCertificateError,
    );
    expect(() => verifyChains(signedWith('leaf-of-root'), authorities('root'), new Date(Number.NaN))).toThrow(
      UntrustedCertificateError,
    );
  });

  it('is asked for of every signature that has certificates, and of no other', () => {
    const plain = sign(PAYLOAD, generateKey(), { time: TIME });
    const good = signatureWith({ x5c: x5cOf(['leaf-of-root']) });
    const bad = signatureWith({ x5c: x5cOf(['leaf-for-clients']) });
    const trusted = authorities('root');
    expect(verifyChains({ payload: PAYLOAD, signatures: [plain] }, trusted, TIME)).toEqual([]);
    expect(verifyChains({ payload: PAYLOAD, signatures: [plain, good] }, trusted, TIME)).toHaveLength(1);
    expect(() => verifyChains({ payload: PAYLOAD, signatures: [good, bad] }, trusted, TIME)).toThrow(
      UntrustedCertificateError,
    );
  });

  it('is worth nothing when the signature is not one of the payload', () => {
    const { signatures } = signedWith('leaf-of-root');
    const payload = Buffer.from('{"name":"a/c"}');
    expect(() => verifyChains({ payload, signatures }, authorities('root'), TIME)).toThrow(InvalidSignatureError);
  });
});

import { constants, createPublicKey, createVerify, type KeyObject, sign, type X509Certificate } from 'node:crypto';
import { algorithmFor, hashOf, kindOf, type SignatureAlgorithm } from './algorithm.js';
import { decodeBase64Url } from './base64.js';
import { isJsonObject, type JsonObject, parseJsonObject, printJson } from './json.js';
import { exportJwk, type PublicJwk } from './key.js';
import { readSignatureKey, type SignatureKey } from './signature-key.js';
import { InvalidKeyError, MalformedSignatureError } from './signed-json-error.js';
import { decodeProtectedHeader, encodeProtectedHeader, type SignedRegion } from './signed-region.js';

export interface SignOptions {
  /** When the signature is made; whole seconds are kept. */
  readonly time: Date;
}

/** A signature in a document, members in libtrust's order. */
interface WireSignature {
  readonly header: {
    readonly jwk?: PublicJwk;
    readonly alg: SignatureAlgorithm;
    readonly x5c?: readonly string[];
  };
  readonly signature: string;
  readonly protected: string;
}

/**
 * One signature of a document (RFC 7515, section 7.2.1, as libtrust has it). It is well formed and its algorithm is one
 * for its key; `verify` says whether it signs a payload.
 */
export class JsonSignature {
  private constructor(
    private readonly signer: SignatureKey,
    /** The cut through the payload that the signature states. */
    readonly region: SignedRegion,
    private readonly wire: WireSignature,
  ) {}

  /** Reads a signature from the bytes that `toString` prints. Throws like `from`, or `InvalidJsonError`. */
  static parse(bytes: Uint8Array): JsonSignature {
    return JsonSignature.from(parseJsonObject(bytes, 'signature'));
  }

  /**
   * Takes a decoded signature. Throws `MalformedSignatureError`, `InvalidKeyError`, `InvalidCertificateError` or
   * `UnsupportedAlgorithmError`.
   */
  static from(value: unknown): JsonSignature {
    if (!isJsonObject(value)) throw new MalformedSignatureError('it must be a JSON object');
    const { header } = value;
    if (!isJsonObject(header)) throw new MalformedSignatureError('header must be a JSON object');
    const signer = readSignatureKey(header);
    const alg = algorithmFor(kindOf(signer.key), textOf(header, 'alg'));
    const protectedHeader = textOf(value, 'protected');
    const region = decodeProtectedHeader(protectedHeader);
    const signature = textOf(value, 'signature');
    if (!decodeBase64Url(signature)) throw new MalformedSignatureError('signature must be base64url');
    const wire = { header: wireHeader(signer, alg), signature, protected: protectedHeader };
    return new JsonSignature(signer, region, wire);
  }

  /** Signs `payload`, which `region` cuts. Throws `InvalidKeyError` when `privateKey` is not one to sign with. */
  static create(payload: Buffer, region: SignedRegion, privateKey: KeyObject, options: SignOptions): JsonSignature {
    if (privateKey.type !== 'private') throw new InvalidKeyError('only a private key can sign');
    const [alg] = kindOf(privateKey).algorithms;
    const jwk = exportJwk(privateKey);
    const protectedHeader = encodeProtectedHeader(region, options.time);
    const input = Buffer.from(`${protectedHeader}.${payload.toString('base64url')}`);
    const signer = { key: createPublicKey(privateKey), keyId: jwk.kid, jwk, certificates: [] };
    return new JsonSignature(signer, decodeProtectedHeader(protectedHeader), {
      header: { jwk, alg },
      signature: sign(hashOf(alg), input, withParameters(privateKey)).toString('base64url'),
      protected: protectedHeader,
    });
  }

  get key(): KeyObject {
    return this.signer.key;
  }

  get keyId(): string {
    return this.signer.keyId;
  }

  /** The certificates that came with the signature, the key's first; often none. Nobody has checked them. */
  get certificates(): readonly X509Certificate[] {
    return this.signer.certificates;
  }

  /**
   * Whether this is the key's signature of the payload whose base64url, in ASCII, is `encodedPayload` (RFC 7515, section
   * 5.2). The protected header counts as received: every producer prints it in its own way.
   */
  verifies(encodedPayload: Uint8Array): boolean {
    const { header, protected: protectedHeader, signature } = this.wire;
    const bytes = Buffer.from(signature, 'base64url');
    const kind = kindOf(this.key);
    // Node throws in place of answering when r and s have not the curve's length.
    if (kind.type === 'EC' && bytes.length !== 2 * kind.size) return false;
    return createVerify(hashOf(header.alg))
      .update(`${protectedHeader}.`)
      .update(encodedPayload)
      .verify(withParameters(this.key), bytes);
  }

  /** Orders signatures as libtrust lists them: by key id, then by the text of the signature. */
  compare(other: JsonSignature): number {
    const ours = `${this.keyId} ${this.wire.signature}`;
    const theirs = `${other.keyId} ${other.wire.signature}`;
    if (ours === theirs) return 0;
    return ours < theirs ? -1 : 1;
  }

  toJSON(): WireSignature {
    return this.wire;
  }

  /** The form that Distribution 2.0 to 2.4 stored, byte for byte. */
  toString(): string {
    return printJson(this.wire);
  }
}

/** RFC 7518: PKCS #1 v1.5 (section 3.3); r and s side by side (section 3.4). */
function withParameters(key: KeyObject) {
  return { key, padding: constants.RSA_PKCS1_PADDING, dsaEncoding: 'ieee-p1363' } as const;
}

function wireHeader({ jwk, certificates }: SignatureKey, alg: SignatureAlgorithm): WireSignature['header'] {
  if (certificates.length === 0) return { ...(jwk && { jwk }), alg };
  return { ...(jwk && { jwk }), alg, x5c: certificates.map(({ raw }) => raw.toString('base64')) };
}

function textOf(object: JsonObject, name: string): string {
  const text = object[name];
  if (typeof text !== 'string') throw new MalformedSignatureError(`${name} must be a string`);
  return text;
}

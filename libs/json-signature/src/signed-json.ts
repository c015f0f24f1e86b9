import type { KeyObject, X509Certificate } from 'node:crypto';
import { type CertificateChain, findChain } from './certificate-chain.js';
import { parseJsonObject, printIndentedJson, printJson } from './json.js';
import { JsonSignature, type SignOptions } from './json-signature.js';
import {
  InvalidFormatError,
  InvalidSignatureError,
  MalformedSignatureError,
  MissingSignaturesError,
  UntrustedCertificateError,
} from './signed-json-error.js';
import { cutPayload, findSignedRegion, isSameRegion, SIGNATURES } from './signed-region.js';

/** So many signatures a document may have: each is verified over the whole payload. */
export const MAX_SIGNATURES = 100;

/** Bytes. A list printed with an indent repeats it some fifty times for each signature. */
const MAX_INDENT = 256;

const OPENING_BRACE = 0x7b;

/** A document taken apart. */
export interface SignedJson {
  /**
   * What is signed: a JSON object without the signatures. Decode this, never the document: members behind the signed
   * region of a document are signed by nobody, and of two members with one name most decoders take the last.
   */
  readonly payload: Buffer;
  /** In the order of the document; at least one. */
  readonly signatures: readonly JsonSignature[];
}

/** A key that verified a signature. That it signed says nothing about whose it is, or whether to trust it. */
export interface VerifiedKey {
  readonly key: KeyObject;
  readonly keyId: string;
}

/**
 * Takes a signed document apart without verifying it (libtrust, `ParsePrettySignature`). The payload is made of the
 * bytes as received and of what the signatures themselves state, so whichever of several `signatures` members a reader
 * takes, it verifies the payload that it gets; here the last one counts.
 *
 * Throws `InvalidJsonError`, `MissingSignaturesError`, `MalformedSignatureError`, `UnsupportedAlgorithmError`,
 * `InvalidKeyError`, `InvalidCertificateError`, `InvalidFormatError` or `InvalidPayloadError`.
 */
export function parseSignedJson(document: Uint8Array): SignedJson {
  const bytes = asBuffer(document);
  const signatures = readSignatures(bytes);
  const [{ region }] = signatures;
  if (!signatures.every((signature) => isSameRegion(signature.region, region))) throw conflict();
  return { payload: cutPayload(bytes, region), signatures };
}

function readSignatures(document: Buffer): [JsonSignature, ...JsonSignature[]] {
  const members = parseJsonObject(document, 'document');
  if (!Object.hasOwn(members, SIGNATURES)) throw new MissingSignaturesError(`there is no member ${SIGNATURES}`);
  const list = members[SIGNATURES];
  if (!Array.isArray(list)) throw new MalformedSignatureError(`${SIGNATURES} must be a list`);
  checkNumber(list);
  const [first, ...others] = list.map((value) => JsonSignature.from(value));
  if (!first) throw new MissingSignaturesError('the list is empty');
  return [first, ...others];
}

/**
 * Verifies every signature and returns their keys, in the same order. Certificates are not checked, `verifyChains` does
 * that. Throws `InvalidSignatureError` when one is not its key's signature of the payload, and `MissingSignaturesError`
 * when there is none.
 */
export function verify({ payload, signatures }: SignedJson): VerifiedKey[] {
  if (signatures.length === 0) throw new MissingSignaturesError('there is nothing to verify');
  const encodedPayload = Buffer.from(payload.toString('base64url'), 'latin1');
  for (const signature of signatures) {
    if (!signature.verifies(encodedPayload)) throw new InvalidSignatureError(signature.keyId);
  }
  return signatures.map(({ key, keyId }) => ({ key, keyId }));
}

/**
 * Verifies every signature, and for each that came with certificates finds the chain from its own to one of
 * `authorities`, valid at `time` (libtrust, `VerifyChains`). A signature without certificates adds no chain: when the
 * list is empty, no authority vouches for anybody. Throws like `verify`, `UntrustedCertificateError` when a signature
 * has no such chain, and `InvalidCertificateError`.
 */
export function verifyChains(
  signed: SignedJson,
  authorities: readonly X509Certificate[],
  time: Date,
): CertificateChain[] {
  verify(signed);
  return signed.signatures.flatMap(({ certificates: [leaf, ...intermediates] }) => {
    if (!leaf) return [];
    const chain = findChain(leaf, intermediates, authorities, time);
    if (!chain) throw new UntrustedCertificateError(leaf.subject);
    return [chain];
  });
}

/**
 * Signs the bytes of a JSON object (libtrust, `Sign`): ES256, ES384 or ES512 by the curve, RS256 with an RSA key. Throws
 * `InvalidPayloadError`, or `InvalidKeyError` when `privateKey` is not one to sign with.
 */
export function sign(payload: Uint8Array, privateKey: KeyObject, options: SignOptions): JsonSignature {
  const bytes = asBuffer(payload);
  return JsonSignature.create(bytes, findSignedRegion(bytes), privateKey, options);
}

/**
 * Prints the document of a payload and its signatures (libtrust, `PrettySignature`), in the payload's own style: with
 * its indent when it has one, compact otherwise. An object without members gets no comma, without which libtrust's text
 * is not JSON; an indent of more than 256 bytes is taken for none.
 *
 * Throws `InvalidPayloadError`, `MissingSignaturesError`, `MalformedSignatureError` when there are more than
 * `MAX_SIGNATURES`, or `InvalidFormatError` when a signature was made over another layout of the payload.
 */
export function prettySignature(payload: Uint8Array, signatures: readonly JsonSignature[]): Buffer {
  const bytes = asBuffer(payload);
  const region = findSignedRegion(bytes);
  if (signatures.length === 0) throw new MissingSignaturesError('there is none to print');
  checkNumber(signatures);
  if (!signatures.every((signature) => isSameRegion(signature.region, region))) throw conflict();
  const members = bytes.subarray(0, region.formatLength);
  const comma = members.at(-1) === OPENING_BRACE ? '' : ',';
  const sorted = [...signatures].sort((a, b) => a.compare(b));
  return Buffer.concat([members, Buffer.from(comma + printSignatures(sorted, indentOf(bytes)))]);
}

function printSignatures(signatures: readonly JsonSignature[], indent: string): string {
  if (indent === '') return `"${SIGNATURES}":${printJson(signatures)}}`;
  return `\n${indent}"${SIGNATURES}": ${printIndentedJson(signatures, indent)}\n}`;
}

/** What stands between a first line that is only a brace and the first member (libtrust, `detectJSONIndent`). */
function indentOf(payload: Buffer): string {
  if (!payload.subarray(0, 2).equals(Buffer.from('{\n'))) return '';
  const indent = payload.toString('latin1', 2, Math.max(payload.indexOf('"'), 2));
  return indent.length > MAX_INDENT ? '' : indent;
}

function checkNumber(signatures: readonly unknown[]): void {
  if (signatures.length > MAX_SIGNATURES) throw new MalformedSignatureError(`there are more than ${MAX_SIGNATURES}`);
}

function conflict(): InvalidFormatError {
  return new InvalidFormatError('the signatures are not of the same formatLength and formatTail');
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

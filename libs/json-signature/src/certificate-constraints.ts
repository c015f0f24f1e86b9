import type { X509Certificate } from 'node:crypto';
import { InvalidCertificateError } from './signed-json-error.js';

/** What a certificate demands of a chain that it is part of, beyond what Node tells (RFC 5280, section 4.2). */
export interface CertificateConstraints {
  /** How many authorities may stand between this one and the signer's certificate. */
  readonly maxIntermediates: number;
  /** Whether an extension that must be understood is none of those that are looked at. */
  readonly hasUnknownCritical: boolean;
}

/** Object identifiers, in the hexadecimal digits of their DER. */
const BASIC_CONSTRAINTS = '551d13';
const KEY_USAGE = '551d0f';
const EXTENDED_KEY_USAGE = '551d25';
const SUBJECT_ALTERNATIVE_NAME = '551d11';
const UNDERSTOOD = [BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, SUBJECT_ALTERNATIVE_NAME];

const TAG = { boolean: 0x01, integer: 0x02, octetString: 0x04, extensions: 0xa3 };

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** Reads the constraints of `certificate`. Throws `InvalidCertificateError` when its extensions cannot be read. */
export function readConstraints(certificate: X509Certificate): CertificateConstraints {
  const extensions = readExtensions(certificate.raw);
  const basicConstraints = extensions.find(({ id }) => id === BASIC_CONSTRAINTS);
  return {
    maxIntermediates: basicConstraints ? readPathLength(basicConstraints.value) : Number.POSITIVE_INFINITY,
    hasUnknownCritical: extensions.some(({ id, isCritical }) => isCritical && !UNDERSTOOD.includes(id)),
  };
}

function readExtensions(certificate: Buffer) {
  const toBeSigned = firstOf(firstOf(certificate).content);
  const wrapper = elementsOf(toBeSigned.content).find(({ tag }) => tag === TAG.extensions);
  return wrapper ? elementsOf(firstOf(wrapper.content).content).map(readExtension) : [];
}

function readExtension({ content }: Element) {
  const [id, ...others] = elementsOf(content);
  const value = others.find(({ tag }) => tag === TAG.octetString);
  if (!id || !value) throw new InvalidCertificateError('an extension cannot be read');
  return {
    id: id.content.toString('hex'),
    isCritical: others.some(({ tag }) => tag === TAG.boolean),
    value: value.content,
  };
}

function readPathLength(basicConstraints: Buffer): number {
  const length = elementsOf(firstOf(basicConstraints).content).find(({ tag }) => tag === TAG.integer);
  return length ? Number.parseInt(length.content.toString('hex'), 16) : Number.POSITIVE_INFINITY;
}

function firstOf(bytes: Buffer): Element {
  const [first] = elementsOf(bytes);
  if (!first) throw new InvalidCertificateError('an element is empty');
  return first;
}

/** The DER elements that `bytes` is made of (ITU-T X.690, section 8.1, with tags of one byte). */
function elementsOf(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const [start, end] = contentRange(rest);
    elements.push({ tag: rest.readUInt8(0), content: rest.subarray(start, end) });
    rest = rest.subarray(end);
  }
  return elements;
}

/** Where the content of the first element begins and ends. */
function contentRange(bytes: Buffer): [number, number] {
  const first = bytes[1] ?? 0x80;
  const size = first < 0x80 ? 0 : first - 0x80;
  const start = 2 + size;
  if (first === 0x80 || size > 4 || start > bytes.length) throw new InvalidCertificateError('an element has no length');
  const end = start + (size === 0 ? first : bytes.readUIntBE(2, size));
  if (end > bytes.length) throw new InvalidCertificateError('an element is cut short');
  return [start, end];
}

import { type KeyObject, X509Certificate } from 'node:crypto';
import { decodeBase64 } from './base64.js';
import { InvalidCertificateError } from './signed-json-error.js';

/** Enough for any authority's chain, few enough to try all ways through it. */
const MAX_CERTIFICATES = 10;

/**
 * Reads the header member `x5c`: certificates, each in DER and base64, the signer's first (RFC 7515, section 4.1.6).
 * Throws `InvalidCertificateError`.
 */
export function readCertificates(x5c: unknown): readonly [X509Certificate, ...X509Certificate[]] {
  const [leaf, ...others] = Array.isArray(x5c) ? x5c : [];
  if (leaf === undefined || others.length >= MAX_CERTIFICATES) {
    throw new InvalidCertificateError(`x5c must be a list of 1 to ${MAX_CERTIFICATES} certificates`);
  }
  return [readCertificate(leaf), ...others.map(readCertificate)];
}

/** The key of `certificate`. Throws `InvalidCertificateError` when it cannot be read. */
export function publicKeyOf(certificate: X509Certificate): KeyObject {
  try {
    return certificate.publicKey;
  } catch (cause) {
    throw new InvalidCertificateError('its key cannot be read', { cause });
  }
}

function readCertificate(text: unknown): X509Certificate {
  const der = decodeBase64(text);
  if (!der) throw new InvalidCertificateError('it must be base64');
  const certificate = parseCertificate(der);
  // X509Certificate also takes PEM, and DER with more behind it.
  if (!certificate.raw.equals(der)) throw new InvalidCertificateError('it must be DER');
  return certificate;
}

function parseCertificate(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (cause) {
    throw new InvalidCertificateError('it cannot be read', { cause });
  }
}

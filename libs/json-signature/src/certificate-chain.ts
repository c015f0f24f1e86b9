import type { X509Certificate } from 'node:crypto';
import { findKind } from './algorithm.js';
import { publicKeyOf } from './certificate.js';
import { readConstraints } from './certificate-constraints.js';

/** Certificates, the signer's first, each issued by the next one, the last one a configured authority. */
export type CertificateChain = readonly X509Certificate[];

/** OpenSSL's names of the algorithms with hashes for which no two certificates with one signature can be made. */
const SIGNATURE_ALGORITHM = /^(?:sha(?:256|384|512)WithRSAEncryption|ecdsa-with-SHA(?:256|384|512))$/;

/** Where a certificate lists extended key usages, libtrust asks for one of these: any, and TLS server. */
const PURPOSES_OF_LIBTRUST = ['2.5.29.37.0', '1.3.6.1.5.5.7.3.1'];

/** For `findChain`: whatever extended key usages a certificate lists. */
export const ANY_PURPOSE = 'any';

/**
 * Finds the shortest chain from `leaf` through some of `intermediates` to one of `authorities`, valid at `time`;
 * `undefined` when there is none. The rules are those of RFC 5280, section 6.1: names, signatures, validity, basic
 * constraints with their path length, key usages, of which `purposes` are the extended ones that will do, by their object
 * identifiers. Whatever else a certificate marks as critical, name constraints for
 * one, rules it out. Revocation is not looked at. Throws `InvalidCertificateError` for one that cannot be read.
 */
export function findChain(
  leaf: X509Certificate,
  intermediates: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  time: Date,
  purposes: readonly string[] | typeof ANY_PURPOSE = PURPOSES_OF_LIBTRUST,
): CertificateChain | undefined {
  const isUsableHere = (candidate: X509Certificate) => isUsable(candidate, time, purposes);
  const candidates = new Set([...authorities, ...intermediates].filter(isUsableHere));
  const chains: [X509Certificate, ...X509Certificate[]][] = isUsableHere(leaf) ? [[leaf]] : [];
  // Shortest first, hence each candidate is needed once: a longer way to it only leaves less of its path length.
  for (const chain of chains) {
    const last = chain.at(-1) ?? leaf;
    if (authorities.some(({ raw }) => raw.equals(last.raw))) return chain;
    for (const issuer of candidates) {
      if (!hasIssued(issuer, last, chain.length - 1)) continue;
      candidates.delete(issuer);
      chains.push([...chain, issuer]);
    }
  }
  return undefined;
}

function isUsable(certificate: X509Certificate, time: Date, purposes: readonly string[] | typeof ANY_PURPOSE): boolean {
  const { validFrom, validFromDate, validTo, validToDate, keyUsage } = certificate;
  const isValid =
    readDate(validFrom, validFromDate) <= time.getTime() && time.getTime() <= readDate(validTo, validToDate);
  if (!isValid) return false;
  if (purposes !== ANY_PURPOSE && keyUsage && !keyUsage.some((usage) => purposes.includes(usage))) return false;
  return !readConstraints(certificate).hasUnknownCritical;
}

/**
 * The milliseconds of a date in a certificate; NaN, which is neither before nor after anything, when it cannot be read.
 * Node's Date of such a one is at times any date at all (seen in 26.10); its text then says that the value is bad.
 */
function readDate(text: string, date: Date): number {
  return Date.parse(text) === date.getTime() ? date.getTime() : Number.NaN;
}

function hasIssued(issuer: X509Certificate, subject: X509Certificate, intermediatesBelow: number): boolean {
  if (!issuer.ca || !subject.checkIssued(issuer)) return false;
  if (!(intermediatesBelow <= readConstraints(issuer).maxIntermediates)) return false;
  if (!SIGNATURE_ALGORITHM.test(subject.signatureAlgorithm ?? '')) return false;
  const key = publicKeyOf(issuer);
  return findKind(key) !== undefined && subject.verify(key);
}

export type { SignatureAlgorithm } from './algorithm.js';
export { readCertificates } from './certificate.js';
export { ANY_PURPOSE, type CertificateChain, findChain } from './certificate-chain.js';
export { JsonSignature, type SignOptions } from './json-signature.js';
export { importJwk, importPrivateKey } from './jwk.js';
export { exportJwk, generateKey, keyId, type PublicJwk } from './key.js';
export {
  MAX_SIGNATURES,
  parseSignedJson,
  prettySignature,
  type SignedJson,
  sign,
  type VerifiedKey,
  verify,
  verifyChains,
} from './signed-json.js';
export * from './signed-json-error.js';

export { TOKEN_ALGORITHMS, type TokenAlgorithm } from './algorithm.js';
export { type KeyPlan, type KeySchedule, planKeys, publishedKeysAt, signingKeyAt } from './key-set.js';
export { openTokenVerifier, type TokenVerifierOptions } from './open-token-verifier.js';
export { makeSigningKey, parseSigningKeys, printSigningKeys, publicKeySet, type SigningKey } from './signing-key.js';
export { type IssuedToken, type SigningKeys, TokenIssuer } from './token-issuer.js';
export { TokenKeysError } from './token-keys-error.js';
export { TokenVerifier } from './token-verifier.js';
export { LEEWAY } from './verify-token.js';

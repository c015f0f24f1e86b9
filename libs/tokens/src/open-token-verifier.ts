import type { Authenticator } from '#libs/access';
import { isTokenAlgorithm, TOKEN_ALGORITHMS } from './algorithm.js';
import { fileLoader, urlLoader } from './key-loaders.js';
import { KeySource } from './key-source.js';
import { RenewedKeys } from './renewed-keys.js';
import { TokenKeysError } from './token-keys-error.js';
import { TokenVerifier } from './token-verifier.js';
import { readCertificateBundle, readJwks, type TrustedKeys } from './trusted-keys.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Which tokens of an external token service are taken. At least one of the sources of keys must be given. */
export interface TokenVerifierOptions {
  /** What the claim `iss` must be. */
  readonly issuer: string;
  /** What the claim `aud` must be, or hold. */
  readonly service: string;
  /** Where the service publishes its keys (RFC 7517). Looked at every ten minutes, and when a key is not known. */
  readonly jwksUrl?: string | undefined;
  /** File of a JSON Web Key Set. */
  readonly jwksFile?: string | undefined;
  /** File of certificates, PEM: of the keys themselves, and of authorities for those that come with tokens (`x5c`). */
  readonly certificateBundle?: string | undefined;
  /** Names of JWA, of asymmetric algorithms; all that are known when empty or not given. */
  readonly algorithms?: readonly string[] | undefined;
  /** Milliseconds for which the URL is not asked again for keys that are not known; 30,000 when not given. */
  readonly cooldown?: number | undefined;
  /** Milliseconds that the URL may take; 5,000 when not given. */
  readonly timeout?: number | undefined;
  /** Told when keys that are in use cannot be looked at again. */
  onProblem?(error: unknown): void;
}

/**
 * Rejects with `TokenKeysError` for files that hold no keys, for algorithms that are not taken, and where no keys are
 * configured; with the error of the system for files that cannot be read. The URL need not answer yet.
 */
export async function openTokenVerifier(options: TokenVerifierOptions): Promise<Authenticator> {
  const { issuer, service } = options;
  const algorithms = options.algorithms?.length ? options.algorithms : TOKEN_ALGORITHMS;
  if (!algorithms.every(isTokenAlgorithm)) {
    throw new TokenKeysError(`the algorithms must be some of ${TOKEN_ALGORITHMS.join(', ')}`);
  }
  return new TokenVerifier({ issuer, service, algorithms }, new KeySource(await openSources(options)));
}

async function openSources(options: TokenVerifierOptions): Promise<RenewedKeys[]> {
  const { jwksUrl, jwksFile, certificateBundle, cooldown = 30 * SECOND, timeout = 5 * SECOND } = options;
  const onProblem = (error: unknown) => options.onProblem?.(error);
  const file = (path: string, read: (text: string) => Promise<TrustedKeys>) =>
    new RenewedKeys({ maxAge: SECOND, cooldown: 0, load: fileLoader(path, read), onProblem });
  const files = [
    ...(jwksFile ? [file(jwksFile, readJwks)] : []),
    ...(certificateBundle ? [file(certificateBundle, readCertificateBundle)] : []),
  ];
  await Promise.all(files.map((source) => source.get()));
  if (!jwksUrl) {
    if (files.length === 0) throw new TokenKeysError('there are no keys: neither a URL nor a file is given');
    return files;
  }
  const load = urlLoader(jwksUrl, timeout, readJwks);
  return [new RenewedKeys({ maxAge: 10 * MINUTE, cooldown, longest: 24 * 60 * MINUTE, load, onProblem }), ...files];
}

import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { calculateJwkThumbprint, type JWK, type ProtectedHeaderParameters } from 'jose';
import { AuthenticatorUnavailableError } from '#libs/access';
import { ANY_PURPOSE, findChain, readCertificates, SignedJsonError } from '#libs/json-signature';
import { fits, type TokenAlgorithm } from './algorithm.js';
import type { RenewedKeys } from './renewed-keys.js';
import type { TrustedKey, TrustedKeys } from './trusted-keys.js';

/** Finds the keys that may have signed a token. */
export class KeySource {
  constructor(private readonly sources: readonly RenewedKeys[]) {}

  /**
   * The keys to try, by what the token says of its own, as in Distribution: a chain of certificates, a key, an id, or
   * nothing. Whatever comes with the token is believed only as far as configured keys and certificates vouch for it.
   * Looks at the sources again where none of them knows the key. Rejects with `AuthenticatorUnavailableError` when it
   * might be in one that does not answer.
   */
  async find(header: ProtectedHeaderParameters, algorithm: TokenAlgorithm): Promise<readonly KeyObject[]> {
    const found = await candidates(header, algorithm, available(await this.ask((source) => source.get())));
    if (found.length > 0) return found;
    const renewed = await this.ask((source) => source.renewed());
    const keys = await candidates(header, algorithm, available(renewed));
    const failed = renewed.find((answer) => answer.status === 'rejected');
    if (keys.length === 0 && failed) throw new AuthenticatorUnavailableError('token', { cause: failed.reason });
    return keys;
  }

  private ask(get: (source: RenewedKeys) => Promise<TrustedKeys>): Promise<PromiseSettledResult<TrustedKeys>[]> {
    return Promise.allSettled(this.sources.map(get));
  }
}

function available(answers: readonly PromiseSettledResult<TrustedKeys>[]): TrustedKeys[] {
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
}

async function candidates(
  { x5c, jwk, kid }: ProtectedHeaderParameters,
  algorithm: TokenAlgorithm,
  trusted: readonly TrustedKeys[],
): Promise<KeyObject[]> {
  const keys = trusted.flatMap((source) => source.keys);
  const fitting = (key: KeyObject) => fits(algorithm, key);
  if (x5c !== undefined) {
    const key = keyOfChain(
      x5c,
      trusted.flatMap(({ certificates }) => certificates),
    );
    return key && fitting(key) ? [key] : [];
  }
  const id = jwk === undefined ? kid : await thumbprintOf(jwk);
  const isMeant = (key: TrustedKey) => id === undefined || key.ids.includes(id);
  const isFor = (key: TrustedKey) => key.algorithm === undefined || key.algorithm === algorithm;
  return keys.filter((key) => isMeant(key) && isFor(key) && fitting(key.key)).map(({ key }) => key);
}

/** Of the certificate that signed the token, where a configured one vouches for it now. */
function keyOfChain(x5c: unknown, authorities: readonly X509Certificate[]): KeyObject | undefined {
  if (authorities.length === 0) return undefined;
  try {
    const [leaf, ...intermediates] = readCertificates(x5c);
    return findChain(leaf, intermediates, authorities, new Date(), ANY_PURPOSE)?.[0]?.publicKey;
  } catch (error) {
    if (error instanceof SignedJsonError) return undefined;
    throw error;
  }
}

/** Under which a key that is trusted is found; an id that no key has for what is no key. */
async function thumbprintOf(jwk: JWK): Promise<string> {
  try {
    // In the form that node:crypto gives it, so that nothing but the key counts.
    const { kty, ...members } = createPublicKey({ format: 'jwk', key: jwk as JsonWebKey }).export({ format: 'jwk' });
    return await calculateJwkThumbprint({ kty, ...members } as JWK);
  } catch {
    return '';
  }
}

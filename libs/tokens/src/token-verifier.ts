import { Authenticator, type Credentials, type Principal } from '#libs/access';
import type { TokenAlgorithm } from './algorithm.js';
import type { KeySource } from './key-source.js';
import { grantsOf, groupsOf } from './token-claims.js';
import { type TokenRules, type VerifiedToken, verifyToken } from './verify-token.js';

/**
 * Takes the tokens of a token service that others run, as Distribution does (its "Token Authentication Specification").
 * A principal may do what its token grants and no more; a token without a subject is that of a principal without a
 * name, for which the service vouches all the same.
 */
export class TokenVerifier extends Authenticator {
  override readonly name = 'token';
  override readonly kinds = ['token'] as const;
  private readonly rules: TokenRules;

  constructor(
    identity: { readonly issuer: string; readonly service: string; readonly algorithms: readonly TokenAlgorithm[] },
    keys: KeySource,
  ) {
    super();
    const { issuer, service, algorithms } = identity;
    this.rules = { issuer, audience: service, algorithms, find: (...how) => keys.find(...how) };
  }

  override async authenticate(credentials: Credentials): Promise<Principal | null> {
    if (credentials.kind !== 'token') return null;
    const verified = await verifyToken(credentials.token, this.rules);
    return verified && principalOf(verified);
  }
}

function principalOf({ payload, expiresAt }: VerifiedToken): Principal {
  return {
    name: payload.sub ?? '',
    isAnonymous: false,
    groups: groupsOf(payload),
    claims: payload,
    authenticator: 'token',
    ...(typeof payload.jti === 'string' && { credential: payload.jti }),
    grants: grantsOf(payload),
    expiresAt,
  };
}

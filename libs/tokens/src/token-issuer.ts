import { randomUUID } from 'node:crypto';
import { decodeJwt, type JWTPayload, SignJWT } from 'jose';
import type { Grant, Principal } from '#libs/access';
import { SIGNING_ALGORITHM, type SigningKey } from './signing-key.js';
import { grantsOf, groupsOf } from './token-claims.js';
import { type TokenRules, type VerifiedToken, verifyToken } from './verify-token.js';

/** The keys of a token service, which may change at any time. */
export interface SigningKeys {
  /** The key that signs now. */
  signing(): Promise<SigningKey>;
  /** A key that is published now. */
  find(id: string): Promise<SigningKey | undefined>;
}

export interface IssuedToken {
  readonly token: string;
  /** Seconds. */
  readonly expiresIn: number;
  readonly issuedAt: Date;
}

/** Claims that say who the principal is, besides `sub`, `groups` and `access`. */
interface PrincipalClaims extends JWTPayload {
  readonly authenticator?: string;
  readonly credential?: string;
  readonly claims?: Record<string, unknown>;
}

/**
 * Issues access tokens (Distribution, "Token Authentication Specification"), and takes its own again. One of them says
 * all of its principal that policies are decided by, so that it is good at every server that has the keys.
 */
export class TokenIssuer {
  private readonly rules: TokenRules;

  constructor(
    private readonly service: string,
    /** Seconds. */
    private readonly lifetime: number,
    private readonly keys: SigningKeys,
  ) {
    this.rules = {
      issuer: service,
      audience: service,
      algorithms: [SIGNING_ALGORITHM],
      find: async ({ kid }) => {
        const key = kid === undefined ? undefined : await keys.find(kid);
        return key ? [key.publicKey] : [];
      },
    };
  }

  /** A token with which `principal` may do what `grants` say, and no more. */
  async issue(principal: Principal, grants: readonly Grant[]): Promise<IssuedToken> {
    const { id, privateKey } = await this.keys.signing();
    const issuedAt = Math.floor(Date.now() / 1000);
    const { name, groups, authenticator, credential, claims } = principal;
    const token = await new SignJWT({
      access: grants,
      ...(groups.length > 0 && { groups }),
      ...(authenticator !== '' && { authenticator }),
      ...(credential !== undefined && { credential }),
      ...(Object.keys(claims).length > 0 && { claims }),
    })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: 'JWT', kid: id })
      .setIssuer(this.service)
      .setAudience(this.service)
      .setSubject(name)
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt)
      .setExpirationTime(issuedAt + this.lifetime)
      .setJti(randomUUID())
      .sign(privateKey);
    return { token, expiresIn: this.lifetime, issuedAt: new Date(issuedAt * 1000) };
  }

  /** The principal that a token was issued to; null for whatever is no token of this service that is valid now. */
  async verify(token: string): Promise<Principal | null> {
    const verified = this.isOwn(token) ? await verifyToken(token, this.rules) : null;
    return verified && principalOf(verified);
  }

  /** Spares the tokens of others the search for their key. */
  private isOwn(token: string): boolean {
    try {
      return decodeJwt(token).iss === this.service;
    } catch {
      return false;
    }
  }
}

/** The principal as it was when the token was issued: nobody else can sign for these keys. */
function principalOf({ payload, expiresAt }: VerifiedToken): Principal {
  const { sub = '', authenticator = '', jti, credential = jti, claims = {} }: PrincipalClaims = payload;
  return {
    name: sub,
    isAnonymous: sub === '',
    groups: groupsOf(payload),
    claims,
    authenticator,
    ...(credential !== undefined && { credential }),
    grants: grantsOf(payload),
    expiresAt,
  };
}

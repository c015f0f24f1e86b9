import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import {
  Authenticator,
  AuthenticatorUnavailableError,
  type ClaimCondition,
  type Credentials,
  compileClaim,
  type Principal,
} from '#libs/access';
import { IssuerKeys } from './issuer-keys.js';
import { type OidcIssuer, type OidcOptions, readIssuers } from './oidc-options.js';

const NAME = 'oidc';

/** Those for which a public key is enough. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

/** How far the clocks of an issuer and of this machine may be apart, in seconds. */
const TOLERANCE = 30;

const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]{1,512}$/u;

/** What is wrong with a token, and not with the issuer's server. */
const BAD_TOKEN = [
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSMultipleMatchingKeys,
  errors.JWKSNoMatchingKey,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
];

/**
 * Takes the tokens that these issuers give to workloads, as bearer tokens and as passwords under any name. Rejects with an
 * `OidcIssuerError`; an issuer that does not answer yet is no reason.
 */
export async function openOidc(options: OidcOptions): Promise<Authenticator> {
  return new Oidc(new Map(readIssuers(options).map((issuer) => [issuer.issuer, new TrustedIssuer(issuer)])));
}

class Oidc extends Authenticator {
  override readonly name = NAME;
  override readonly kinds = ['token', 'password'] as const;

  constructor(private readonly issuers: ReadonlyMap<string, TrustedIssuer>) {
    super();
  }

  override async authenticate(credentials: Credentials): Promise<Principal | null> {
    switch (credentials.kind) {
      case 'token':
        return this.verify(credentials.token);
      case 'password':
        return this.verify(credentials.password);
      case 'certificate':
        return null;
    }
  }

  /** A token of nobody who is known makes no request: else anybody could have us ask any server. */
  private async verify(token: string): Promise<Principal | null> {
    const issuer = COMPACT.test(token) ? this.issuers.get(issuerOf(token) ?? '') : undefined;
    return issuer ? issuer.verify(token) : null;
  }
}

/** One of the issuers, and what it vouches for. */
class TrustedIssuer {
  private readonly keys: IssuerKeys;
  private readonly isWanted: ClaimCondition;
  private readonly prefix: string;

  constructor(private readonly options: OidcIssuer) {
    const { issuer, prefix, requiredClaims } = options;
    this.keys = new IssuerKeys(options);
    this.isWanted = (requiredClaims && compileClaim(requiredClaims)) ?? (() => true);
    this.prefix = prefix ?? `${issuer.replace(/^https?:\/\//, '')}:`;
  }

  async verify(token: string): Promise<Principal | null> {
    const claims = await this.claimsOf(token);
    return claims && this.isWanted(claims) ? this.principalOf(claims) : null;
  }

  private async claimsOf(token: string): Promise<JWTPayload | null> {
    const { issuer, audience } = this.options;
    try {
      const { payload } = await jwtVerify(token, await this.keys.find(), {
        algorithms: ALGORITHMS,
        issuer,
        audience: [audience].flat(),
        requiredClaims: ['exp', 'iat'],
        clockTolerance: TOLERANCE,
      });
      return Number(payload.iat) <= Date.now() / 1_000 + TOLERANCE ? payload : null;
    } catch (cause) {
      if (BAD_TOKEN.some((kind) => cause instanceof kind)) return null;
      throw new AuthenticatorUnavailableError(NAME, { cause });
    }
  }

  private principalOf(claims: JWTPayload): Principal | null {
    const { usernameClaim = 'sub', groupsClaim } = this.options;
    const name = claims[usernameClaim];
    if (typeof name !== 'string' || !PRINTABLE.test(name)) return null;
    const groups = groupsClaim === undefined ? [] : [claims[groupsClaim] ?? []].flat();
    return {
      name: this.prefix + name,
      isAnonymous: false,
      groups: groups.filter((group) => typeof group === 'string').map((group) => this.prefix + group),
      claims,
      authenticator: NAME,
      ...(typeof claims.jti === 'string' && { credential: claims.jti }),
      expiresAt: Number(claims.exp) * 1_000,
    };
  }
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { ANONYMOUS, type Credentials, type Principal } from '#libs/access';
import { OciError } from '#libs/oci';
import { AuditLog, failedLogin } from '../audit/index.js';
import { AuthenticatorChain, Identities, isBearer, readAuthorization } from '../auth/index.js';
import { AuthConfig } from '../config/index.js';
import { type RegistryResponse, remoteAddressOf } from '../http/index.js';
import { Limits } from '../limits/index.js';
import { IssuedTokens } from './issued-tokens.js';
import { RefreshTokens } from './refresh-tokens.js';
import type { TokenProof } from './token-request.js';

/** Finds out who asks for a token. */
@Injectable()
export class TokenLogins {
  constructor(
    private readonly identities: Identities,
    private readonly chain: AuthenticatorChain,
    private readonly issued: IssuedTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly config: AuthConfig,
    private readonly audit: AuditLog,
    private readonly limits: Limits,
  ) {}

  /**
   * The principal; anonymous where nothing is shown. Throws `UNAUTHORIZED` for what is wrong, `TOOMANYREQUESTS`, and rejects
   * with `AuthenticatorUnavailableError`.
   */
  async principalOf(request: Request, proof: TokenProof): Promise<Principal> {
    const response = request.res as RegistryResponse;
    const principal = await this.find(request, proof);
    this.limits.admit(request, response, principal);
    if (principal) {
      response.locals.principal = principal;
      return principal;
    }
    const user = userOf(request, proof);
    this.audit.follow(request, response, failedLogin(user, this.chain.delayOf(remoteAddressOf(request), user)));
    const challenge = { 'WWW-Authenticate': `Basic realm="${this.config.realm}"` };
    throw new OciError('UNAUTHORIZED', undefined, { message: 'these credentials are not good', headers: challenge });
  }

  private async find(request: Request, proof: TokenProof): Promise<Principal | null> {
    switch (proof.kind) {
      case 'header':
        // An access token is good for what it grants, and not for another token that lives longer.
        return isBearer(request.headers.authorization) ? null : this.identities.of(request);
      case 'password':
        return this.authenticate(request, { kind: 'password', user: proof.user, password: proof.password });
      case 'refresh':
        return this.ofRefreshToken(proof.token);
      case 'exchange':
        return this.ofOthers(request, proof.token);
    }
  }

  private async authenticate(request: Request, credentials: Credentials): Promise<Principal | null> {
    return this.chain.isEmpty ? ANONYMOUS : this.chain.authenticate(credentials, remoteAddressOf(request));
  }

  /** Whoever vouched must still be asked today. */
  private async ofRefreshToken(token: string): Promise<Principal | null> {
    const principal = await this.refreshTokens.redeem(token);
    return principal && this.chain.has(principal.authenticator) ? principal : null;
  }

  /** Of a token that somebody else has issued: as little as in the header is one of ours good for another. */
  private async ofOthers(request: Request, token: string): Promise<Principal | null> {
    const credentials = { kind: 'token', token } as const;
    return (await this.issued.authenticate(credentials)) ? null : this.authenticate(request, credentials);
  }
}

/** What was given as the name; empty where there was none. */
function userOf({ headers }: Request, proof: TokenProof): string {
  if (proof.kind === 'password') return proof.user;
  const credentials = proof.kind === 'header' ? readAuthorization(headers.authorization ?? '') : undefined;
  return credentials?.kind === 'password' ? credentials.user : '';
}

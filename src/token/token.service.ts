import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { formatScopes, type Principal } from '#libs/access';
import { OciError } from '#libs/oci';
import { remoteAddressOf } from '../http/index.js';
import { IssuedTokens } from './issued-tokens.js';
import { RefreshTokens } from './refresh-tokens.js';
import { TokenGrants } from './token-grants.js';
import { TokenLogins } from './token-logins.js';
import { invalid, type TokenRequest } from './token-request.js';

/** The answer to who asks for a token, with the names of Docker's token protocol and those of OAuth 2. */
export interface TokenAnswer {
  readonly token: string;
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  readonly issued_at: string;
  /** What was granted. */
  readonly scope: string;
  readonly refresh_token?: string;
  readonly issued_token_type?: string;
}

/** The token service of the registry. */
@Injectable()
export class TokenService {
  constructor(
    private readonly issued: IssuedTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly grants: TokenGrants,
    private readonly logins: TokenLogins,
  ) {}

  /** Throws `UNSUPPORTED` with status 404 where there is no such service. */
  requireEnabled(): void {
    if (!this.issued.isEnabled) throw new OciError('UNSUPPORTED', undefined, { status: 404, message: 'no such route' });
  }

  /** Issues what the client asks for, as far as it may have it. Throws `UNSUPPORTED` and `UNAUTHORIZED`. */
  async answer(request: Request, wanted: TokenRequest): Promise<TokenAnswer> {
    const { service, proof, scopes } = wanted;
    if (service !== undefined && service !== this.issued.service)
      throw invalid(`service must be ${this.issued.service}`);
    const address = remoteAddressOf(request);
    const principal = await this.logins.principalOf(request, proof);
    const grants = await this.grants.allowed(principal, scopes, address);
    const { token, expiresIn, issuedAt } = await this.issued.issue(principal, grants);
    const refreshToken = await this.refreshTokenFor(request, principal, wanted);
    return {
      token,
      access_token: token,
      token_type: 'Bearer',
      expires_in: expiresIn,
      issued_at: issuedAt.toISOString(),
      scope: formatScopes(grants),
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      ...(proof.kind === 'exchange' && { issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' }),
    };
  }

  /**
   * Only for who has logged in with a password: a key that is revoked, a certificate, or a token of somebody else that has
   * expired, must not live on in it. Whoever shows a refresh token gets the same again, for clients that keep the last
   * one they got.
   */
  private async refreshTokenFor(
    { headers }: Request,
    principal: Principal,
    { proof, isOffline, client }: TokenRequest,
  ): Promise<string | undefined> {
    if (proof.kind === 'refresh') return proof.token;
    const isLogin = proof.kind === 'password' || (proof.kind === 'header' && headers.authorization !== undefined);
    const isLimited = principal.grants !== undefined || principal.expiresAt !== undefined;
    if (!isOffline || !isLogin || isLimited || principal.isAnonymous) return undefined;
    return this.refreshTokens.issue(principal, client);
  }
}

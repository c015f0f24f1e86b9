import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { formatScopes, type Grant } from '#libs/access';
import { AuthConfig } from '../config/index.js';
import { LocationBuilder } from '../http/index.js';
import { AUTH_OPTIONS, type AuthModuleOptions, type TokenService } from './auth-options.js';

/** What was wrong with a token (RFC 6750, section 3.1). */
export type ChallengeError = 'invalid_token' | 'insufficient_scope';

/** Tells clients in the `WWW-Authenticate` header how to log in. */
@Injectable()
export class Challenges {
  /** Where clients are sent for tokens; undefined where they are asked for a password. */
  readonly tokenService: TokenService | undefined;

  constructor(
    private readonly config: AuthConfig,
    private readonly locations: LocationBuilder,
    @Inject(AUTH_OPTIONS) { authenticators, tokenService }: AuthModuleOptions,
  ) {
    this.tokenService = tokenService ?? (authenticators ? undefined : tokenServiceOf(config));
  }

  /** The value of the header. It has the form of Distribution: some clients read it without a parser. */
  for(request: Request, scopes: readonly Grant[], error?: ChallengeError): string {
    if (!this.tokenService) return `Basic realm=${quoted(this.config.realm)}`;
    const { realm = this.locations.urlTo(request, '/token'), service } = this.tokenService;
    const scope = formatScopes(scopes);
    const parameters = [
      `realm=${quoted(realm)}`,
      `service=${quoted(service)}`,
      ...(scope === '' ? [] : [`scope=${quoted(scope)}`]),
      ...(error ? [`error=${quoted(error)}`] : []),
    ];
    return `Bearer ${parameters.join(',')}`;
  }
}

/** The one of others, if their tokens are taken; otherwise our own, if anybody can log in there. */
function tokenServiceOf({ authenticators, token, tokens }: AuthConfig): TokenService | undefined {
  const { realm, service } = token;
  if (authenticators.includes('token') && realm !== undefined && service !== undefined) return { realm, service };
  const canLogIn = authenticators.some((name) => name !== 'none' && name !== 'token');
  return tokens.enabled && canLogIn ? { service: tokens.service } : undefined;
}

/** A quoted string of RFC 9110, section 5.6.4: a client may put anything into its Host header. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Authenticator, type Credentials, type Grant, type Principal } from '#libs/access';
import { LockManager, StorageDriver } from '#libs/storage';
import type { IssuedToken } from '#libs/tokens';
import { Challenges } from '../auth/index.js';
import { AuthConfig } from '../config/index.js';
import type { OpenIssuedTokens } from './open-issued-tokens.js';

/** The access tokens of the registry's own token service: issues them, and takes them again. */
@Injectable()
export class IssuedTokens extends Authenticator implements OnApplicationBootstrap {
  override readonly name = 'issued';
  override readonly kinds = ['token'] as const;
  private opening: Promise<OpenIssuedTokens> | null = null;

  constructor(
    private readonly storage: StorageDriver,
    private readonly locks: LockManager,
    private readonly config: AuthConfig,
    private readonly challenges: Challenges,
  ) {
    super();
  }

  /** Whether there are such tokens: that is where clients are sent to. */
  get isEnabled(): boolean {
    const { tokenService } = this.challenges;
    return tokenService !== undefined && tokenService.realm === undefined;
  }

  /** What the tokens call the registry. */
  get service(): string {
    return this.challenges.tokenService?.service ?? this.config.tokens.service;
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.isEnabled) await this.open();
  }

  override async authenticate(credentials: Credentials): Promise<Principal | null> {
    if (credentials.kind !== 'token' || !this.isEnabled) return null;
    const { issuer } = await this.open();
    return issuer.verify(credentials.token);
  }

  /** A token with which `principal` may do what `grants` say, and no more. */
  async issue(principal: Principal, grants: readonly Grant[]): Promise<IssuedToken> {
    const { issuer } = await this.open();
    return issuer.issue(principal, grants);
  }

  /** The public keys of the tokens that are about, and of those to come (RFC 7517, section 5). */
  async keySet(): Promise<object> {
    const { keySet } = await this.open();
    return keySet();
  }

  private open(): Promise<OpenIssuedTokens> {
    this.opening ??= this.load().catch((error) => {
      this.opening = null;
      throw error;
    });
    return this.opening;
  }

  private async load(): Promise<OpenIssuedTokens> {
    const { openIssuedTokens } = await import('./open-issued-tokens.js');
    return openIssuedTokens(this.storage, this.locks, { ...this.config.tokens, service: this.service });
  }
}

import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { pathOf, StorageDriver } from '#libs/storage';
import { AuthConfig } from '../config/index.js';
import { ExpiringSecrets } from '../secrets/index.js';

interface RefreshGrant {
  readonly principal: Principal;
  /** What asked for it, as it calls itself. */
  readonly client: string;
}

/**
 * Refresh tokens: whoever has one gets access tokens for a principal, until it expires or is revoked. It is used as often
 * as needed and stays the same, since docker and others keep it as it is.
 */
@Injectable()
export class RefreshTokens {
  private readonly tokens: ExpiringSecrets<RefreshGrant>;

  constructor(
    storage: StorageDriver,
    private readonly config: AuthConfig,
  ) {
    this.tokens = new ExpiringSecrets(storage, { prefix: 'stowr', folder: pathOf.refreshTokens() });
  }

  async issue(principal: Principal, client: string): Promise<string> {
    const { text } = await this.tokens.issue({ principal, client }, this.config.tokens.refreshLifetime);
    return text;
  }

  /** The principal as it was when the token was issued; null for what is no refresh token, or no longer. */
  async redeem(token: string): Promise<Principal | null> {
    return (await this.tokens.find(token))?.value.principal ?? null;
  }

  /** Ends a token; nothing happens where there is none. */
  revoke(token: string): Promise<void> {
    return this.tokens.revoke(token);
  }

  /** Ends all tokens of a principal; resolves to how many there were. */
  revokeAll(name: string): Promise<number> {
    return this.tokens.revokeAll(({ principal }) => principal.name === name);
  }
}

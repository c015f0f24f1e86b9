import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { pathOf, StorageDriver } from '#libs/storage';
import { AuthConfig } from '../config/index.js';
import { ExpiringSecrets, type IssuedSecret } from '../secrets/index.js';

/** Who somebody is, as the provider says. */
export type Person = Pick<Principal, 'name' | 'groups' | 'claims'>;

/** Passwords that people get by their browser. */
@Injectable()
export class LoginKeys {
  private readonly passwords: ExpiringSecrets<Person>;

  constructor(
    storage: StorageDriver,
    private readonly config: AuthConfig,
  ) {
    this.passwords = new ExpiringSecrets(storage, { prefix: 'stowlogin', folder: pathOf.loginKeys() });
  }

  create({ name, groups, claims }: Person): Promise<IssuedSecret> {
    return this.passwords.issue({ name, groups, claims }, this.config.login.lifetime);
  }

  /** Whose password it is; null for what is none, or no longer. */
  async principalOf(text: string): Promise<Principal | null> {
    const found = await this.passwords.find(text);
    if (!found) return null;
    const { value, expiresAt, hash } = found;
    return { ...value, isAnonymous: false, authenticator: 'login', credential: hash.slice(0, 16), expiresAt };
  }
}

import { Injectable } from '@nestjs/common';
import { Authenticator, type Credentials, type Principal } from '#libs/access';
import { KeyStore } from './key-store.js';

/** Takes API keys as tokens, and as passwords under any name. */
@Injectable()
export class KeyAuthenticator extends Authenticator {
  override readonly name = 'key';
  override readonly kinds = ['password', 'token'] as const;

  constructor(private readonly keys: KeyStore) {
    super();
  }

  override async authenticate(credentials: Credentials): Promise<Principal | null> {
    switch (credentials.kind) {
      case 'password':
        return this.keys.principalOf(credentials.password);
      case 'token':
        return this.keys.principalOf(credentials.token);
      case 'certificate':
        return null;
    }
  }
}

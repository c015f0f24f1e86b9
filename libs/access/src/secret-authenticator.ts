import { Authenticator } from './authenticator.js';
import type { Credentials } from './credentials.js';
import type { Principal } from './principal.js';

/** Knows whose secrets are: null for what is none, or no longer. */
export interface Secrets {
  principalOf(secret: string): Promise<Principal | null>;
}

/** Takes secrets that tell by themselves whose they are: as tokens, and as passwords under any name. */
export abstract class SecretAuthenticator extends Authenticator {
  override readonly kinds = ['password', 'token'] as const;

  constructor(private readonly secrets: Secrets) {
    super();
  }

  override async authenticate(credentials: Credentials): Promise<Principal | null> {
    switch (credentials.kind) {
      case 'password':
        return this.secrets.principalOf(credentials.password);
      case 'token':
        return this.secrets.principalOf(credentials.token);
      case 'certificate':
        return null;
    }
  }
}

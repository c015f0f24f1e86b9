import { Injectable } from '@nestjs/common';
import { Authenticator, type Credentials, type Principal } from '#libs/access';
import { LoginKeys } from './login-keys.js';

/** Takes the passwords that people got by their browser: under any name, because theirs may have a colon in it. */
@Injectable()
export class LoginAuthenticator extends Authenticator {
  override readonly name = 'login';
  override readonly kinds = ['password', 'token'] as const;

  constructor(private readonly keys: LoginKeys) {
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

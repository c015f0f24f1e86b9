import { Injectable } from '@nestjs/common';
import { SecretAuthenticator } from '#libs/access';
import { LoginKeys } from './login-keys.js';

/** Takes the passwords that people got by their browser: under any name, because theirs may have a colon in it. */
@Injectable()
export class LoginAuthenticator extends SecretAuthenticator {
  override readonly name = 'login';

  constructor(keys: LoginKeys) {
    super(keys);
  }
}

import { Injectable } from '@nestjs/common';
import { SecretAuthenticator } from '#libs/access';
import { KeyStore } from './key-store.js';

/** Takes API keys. */
@Injectable()
export class KeyAuthenticator extends SecretAuthenticator {
  override readonly name = 'key';

  constructor(keys: KeyStore) {
    super(keys);
  }
}

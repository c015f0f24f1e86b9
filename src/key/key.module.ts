import { Module, type OnModuleInit } from '@nestjs/common';
import { AuthenticatorChain } from '../auth/index.js';
import { AuthConfig } from '../config/index.js';
import { HttpModule } from '../http/index.js';
import { StorageDriverModule } from '../storage-driver/index.js';
import { KeyController } from './key.controller.js';
import { KeyAuthenticator } from './key-authenticator.js';
import { KeyStore } from './key-store.js';

/** API keys: the authenticator `key`, and the routes that administrate them. */
@Module({
  imports: [HttpModule, StorageDriverModule],
  controllers: [KeyController],
  providers: [KeyAuthenticator, KeyStore],
})
export class KeyModule implements OnModuleInit {
  constructor(
    private readonly chain: AuthenticatorChain,
    private readonly authenticator: KeyAuthenticator,
    private readonly config: AuthConfig,
  ) {}

  onModuleInit(): void {
    if (this.config.authenticators.includes('key')) this.chain.register(this.authenticator);
  }
}

import { Module, type OnModuleInit } from '@nestjs/common';
import { AuthenticatorChain } from '../auth/index.js';
import { StorageDriverModule } from '../storage-driver/index.js';
import { IssuedTokens } from './issued-tokens.js';
import { KeySetController } from './key-set.controller.js';
import { RefreshTokenController } from './refresh-token.controller.js';
import { RefreshTokens } from './refresh-tokens.js';
import { TokenController } from './token.controller.js';
import { TokenService } from './token.service.js';
import { TokenGrants } from './token-grants.js';
import { TokenLogins } from './token-logins.js';

/** The token service of the registry, and the authenticator for its tokens. */
@Module({
  imports: [StorageDriverModule],
  controllers: [TokenController, KeySetController, RefreshTokenController],
  providers: [IssuedTokens, RefreshTokens, TokenGrants, TokenLogins, TokenService],
})
export class TokenModule implements OnModuleInit {
  constructor(
    private readonly chain: AuthenticatorChain,
    private readonly issued: IssuedTokens,
  ) {}

  onModuleInit(): void {
    if (this.issued.isEnabled) this.chain.register(this.issued);
  }
}

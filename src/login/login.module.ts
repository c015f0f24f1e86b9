import { Module, type OnModuleInit } from '@nestjs/common';
import { AuthenticatorChain } from '../auth/index.js';
import { HttpModule } from '../http/index.js';
import { StorageDriverModule } from '../storage-driver/index.js';
import { IdentityProvider } from './identity-provider.js';
import { LoginController } from './login.controller.js';
import { LoginAuthenticator } from './login-authenticator.js';
import { LoginCookie } from './login-cookie.js';
import { LoginKeys } from './login-keys.js';

/** Login of people by their browser, and the authenticator `login` for the passwords that they get there. */
@Module({
  imports: [HttpModule, StorageDriverModule],
  controllers: [LoginController],
  providers: [IdentityProvider, LoginAuthenticator, LoginCookie, LoginKeys],
})
export class LoginModule implements OnModuleInit {
  constructor(
    private readonly chain: AuthenticatorChain,
    private readonly authenticator: LoginAuthenticator,
  ) {}

  onModuleInit(): void {
    this.chain.register(this.authenticator);
  }
}

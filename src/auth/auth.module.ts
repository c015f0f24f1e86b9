import { type DynamicModule, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Authorizer } from '#libs/access';
import { AuditLog } from '../audit/index.js';
import { AuthConfig, LimitsConfig } from '../config/index.js';
import { HttpModule } from '../http/index.js';
import { Limits } from '../limits/index.js';
import { Logger } from '../log/index.js';
import { AccessDecisions } from './access-decisions.js';
import { AUTH_OPTIONS, type AuthModuleOptions } from './auth-options.js';
import { AuthenticatorChain } from './authenticator-chain.js';
import { Challenges } from './challenges.js';
import { Identities } from './identities.js';
import { loadAuthenticators } from './load-authenticators.js';
import { LoginThrottle } from './login-throttle.js';
import { openAuthorizer } from './open-authorizer.js';
import { OverwriteCheck } from './overwrite-check.js';
import { PeerCheck } from './peer-check.js';
import { Refusals } from './refusals.js';

/** Who is asking, and what they may do: as configured, or as the embedding application has it. */
@Module({})
export class AuthModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly chain: AuthenticatorChain,
    private readonly authorizer: Authorizer,
  ) {}

  /** Provides to every module what routes and other parts of the registry ask. */
  static forRoot(options: AuthModuleOptions = {}): DynamicModule {
    return {
      module: AuthModule,
      global: true,
      imports: [HttpModule],
      providers: [
        { provide: AUTH_OPTIONS, useValue: options },
        {
          provide: AuthenticatorChain,
          inject: [AuthConfig, LimitsConfig],
          useFactory: (config, limits) => makeChain(options, config, LoginThrottle.of(limits)),
        },
        { provide: Limits, inject: [LimitsConfig], useFactory: (config) => new Limits(config) },
        {
          provide: Authorizer,
          inject: [AuthConfig, Logger],
          useFactory: (config, logger) => options.authorizer ?? openAuthorizer(isOpen(options, config), config, logger),
        },
        { provide: AuditLog, inject: [AuthConfig, Logger], useFactory: AuditLog.open },
        {
          provide: PeerCheck,
          inject: [AuthConfig],
          useFactory: (config) => new PeerCheck(isOpen(options, config) && !config.allowOpenNetwork),
        },
        AccessDecisions,
        Challenges,
        Identities,
        OverwriteCheck,
        Refusals,
      ],
      exports: [
        AccessDecisions,
        AuditLog,
        AuthenticatorChain,
        Authorizer,
        Challenges,
        Identities,
        Limits,
        OverwriteCheck,
        PeerCheck,
        Refusals,
      ],
    };
  }

  /** By now all modules have registered theirs. */
  onApplicationBootstrap(): void {
    const missing = this.chain.missing();
    if (missing.length > 0) throw new Error(`nothing provides the authenticators ${missing.join(', ')}`);
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([this.chain.close(), this.authorizer.close()]);
  }
}

/** Whether everybody may do everything: nobody said anything else. */
function isOpen({ authenticators, authorizer }: AuthModuleOptions, config: AuthConfig): boolean {
  return !authenticators && !authorizer && config.authenticators.includes('none');
}

async function makeChain(
  { authenticators }: AuthModuleOptions,
  config: AuthConfig,
  throttle: LoginThrottle | null,
): Promise<AuthenticatorChain> {
  if (authenticators) return new AuthenticatorChain(authenticators, undefined, throttle);
  const order = config.authenticators.filter((name) => name !== 'none');
  return new AuthenticatorChain(await loadAuthenticators(config), order, throttle);
}

import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { AuthGuard, AuthModule, type AuthModuleOptions } from './auth/index.js';
import { BaseModule } from './base/index.js';
import { CatalogModule } from './catalog/index.js';
import { type RegistryConfig, RegistryConfigModule } from './config/index.js';
import { HealthModule } from './health/index.js';
import { RegistryExceptionFilter } from './http/index.js';
import { KeyModule } from './key/index.js';
import { LayerModule } from './layer/index.js';
import { type Logger, LogModule } from './log/index.js';
import { LoginModule } from './login/index.js';
import { ManifestModule } from './manifest/index.js';
import { OpenApiModule } from './openapi/index.js';
import { TokenModule } from './token/index.js';

/** What an application that embeds the registry brings of its own. */
export interface AppOptions {
  readonly auth?: AuthModuleOptions;
}

/** The whole registry. */
@Module({})
export class AppModule {
  static forRoot(config: RegistryConfig, logger: Logger, { auth }: AppOptions = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [
        RegistryConfigModule.forRoot(config),
        LogModule.forRoot(logger),
        AuthModule.forRoot(auth),
        // The routes that are asked most are tried first.
        ManifestModule,
        LayerModule,
        CatalogModule,
        BaseModule,
        TokenModule,
        KeyModule,
        HealthModule,
        OpenApiModule,
        ...(config.auth.authenticators.includes('login') ? [LoginModule] : []),
      ],
      providers: [
        { provide: APP_FILTER, useClass: RegistryExceptionFilter },
        { provide: APP_GUARD, useClass: AuthGuard },
      ],
    };
  }
}

import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AuthConfig } from './auth.config.js';
import { LimitsConfig } from './limits.config.js';
import {
  CacheConfig,
  HttpConfig,
  LogConfig,
  ManifestConfig,
  RegistryConfig,
  Schema1Config,
  UploadsConfig,
} from './registry.config.js';
import { StorageConfig } from './storage.config.js';

/** Provides the configuration, and each of its sections, by type to every module. */
@Global()
@Module({})
export class RegistryConfigModule {
  static forRoot(config: RegistryConfig): DynamicModule {
    const providers = [
      { provide: RegistryConfig, useValue: config },
      { provide: HttpConfig, useValue: config.http },
      { provide: AuthConfig, useValue: config.auth },
      { provide: LimitsConfig, useValue: config.limits },
      { provide: StorageConfig, useValue: config.storage },
      { provide: UploadsConfig, useValue: config.uploads },
      { provide: CacheConfig, useValue: config.cache },
      { provide: ManifestConfig, useValue: config.manifest },
      { provide: Schema1Config, useValue: config.schema1 },
      { provide: LogConfig, useValue: config.log },
    ];
    return { module: RegistryConfigModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}

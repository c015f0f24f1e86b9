import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { createRegistryConfig } from './load-registry-config.js';
import { HttpConfig, LogConfig, ManifestConfig, RegistryConfig } from './registry.config.js';
import { RegistryConfigModule } from './registry-config.module.js';
import { StorageConfig } from './storage.config.js';

@Injectable()
class Reader {
  constructor(
    readonly config: RegistryConfig,
    readonly http: HttpConfig,
  ) {}
}

@Module({ providers: [Reader] })
class FeatureModule {}

describe('RegistryConfigModule', () => {
  it('gives the configuration and its sections by type to every module', async () => {
    const config = createRegistryConfig({ http: { port: 0 } });
    const imports = [RegistryConfigModule.forRoot(config), FeatureModule];
    const module = await Test.createTestingModule({ imports }).compile();
    const reader = module.get(Reader, { strict: false });
    expect(reader.config).toBe(config);
    expect(reader.http).toBe(config.http);
    expect(
      [StorageConfig, ManifestConfig, LogConfig].map((type) => module.get<unknown>(type, { strict: false })),
    ).toEqual([config.storage, config.manifest, config.log]);
  });
});

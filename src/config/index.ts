export { ConfigurationError, type ConfigurationProblem } from './configuration.error.js';
export type { Environment } from './environment.source.js';
export { createRegistryConfig, loadRegistryConfig, type RegistryConfigInput } from './load-registry-config.js';
export {
  CacheConfig,
  FilesystemStorageConfig,
  HttpConfig,
  LogConfig,
  ManifestConfig,
  RegistryConfig,
  Schema1Config,
  StorageConfig,
} from './registry.config.js';
export { RegistryConfigModule } from './registry-config.module.js';

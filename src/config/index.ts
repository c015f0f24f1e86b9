export { AuthConfig, type AuthenticatorName } from './auth.config.js';
export { CertificateConfig, HtpasswdConfig, LdapConfig, OidcConfig } from './authenticators.config.js';
export { AzureStorageConfig } from './azure-storage.config.js';
export { ConfigurationError, type ConfigurationProblem } from './configuration.error.js';
export type { Environment } from './environment.source.js';
export { GcsStorageConfig } from './gcs-storage.config.js';
export { ClientLimits, LimitsConfig } from './limits.config.js';
export { createRegistryConfig, loadRegistryConfig, type RegistryConfigInput } from './load-registry-config.js';
export { LoginConfig } from './login.config.js';
export { CdnConfig, RedirectConfig } from './redirect.config.js';
export {
  CacheConfig,
  HttpConfig,
  LogConfig,
  ManifestConfig,
  RegistryConfig,
  Schema1Config,
  UploadsConfig,
} from './registry.config.js';
export { RegistryConfigModule } from './registry-config.module.js';
export { S3StorageConfig } from './s3-storage.config.js';
export { FilesystemStorageConfig, StorageConfig } from './storage.config.js';
export { TlsConfig } from './tls.config.js';
export { TokenConfig, TokensConfig } from './token.config.js';

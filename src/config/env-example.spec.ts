import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { CONFIG_FILE_VARIABLE } from './environment.source.js';
import { loadRegistryConfig } from './load-registry-config.js';
import { RegistryConfig } from './registry.config.js';
import { environmentName, settingPaths } from './setting-schema.js';

const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
const variables = parseEnv(text);

describe('.env.example', () => {
  it('lists every setting, and nothing else', () => {
    const names = [CONFIG_FILE_VARIABLE, ...settingPaths().map(environmentName)];
    expect(Object.keys(variables).sort()).toEqual(names.sort());
  });

  it('gives the default of every setting', () => {
    expect(loadRegistryConfig(variables)).toEqual(new RegistryConfig());
  });

  it('leaves empty only what has no default', () => {
    expect(Object.keys(variables).filter((name) => variables[name] === '')).toEqual([
      'STOWAGE_AUTH_ADMINISTRATORS',
      'STOWAGE_AUTH_AUDIT_LOG',
      'STOWAGE_AUTH_HTPASSWD_FILE',
      'STOWAGE_AUTH_HTPASSWD_GROUPS_FILE',
      'STOWAGE_AUTH_LDAP_BASE_DN',
      'STOWAGE_AUTH_LDAP_BIND_DN',
      'STOWAGE_AUTH_LDAP_BIND_PASSWORD',
      'STOWAGE_AUTH_LDAP_CA_FILE',
      'STOWAGE_AUTH_LDAP_GROUP_BASE_DN',
      'STOWAGE_AUTH_LDAP_URLS',
      'STOWAGE_AUTH_LOGIN_CLIENT_ID',
      'STOWAGE_AUTH_LOGIN_CLIENT_SECRET',
      'STOWAGE_AUTH_LOGIN_GROUPS_CLAIM',
      'STOWAGE_AUTH_LOGIN_ISSUER',
      'STOWAGE_AUTH_LOGIN_PREFIX',
      'STOWAGE_AUTH_OIDC_ISSUERS',
      'STOWAGE_AUTH_POLICY',
      'STOWAGE_AUTH_TOKEN_ALGORITHMS',
      'STOWAGE_AUTH_TOKEN_CERTIFICATE_BUNDLE',
      'STOWAGE_AUTH_TOKEN_ISSUER',
      'STOWAGE_AUTH_TOKEN_JWKS_FILE',
      'STOWAGE_AUTH_TOKEN_JWKS_URL',
      'STOWAGE_AUTH_TOKEN_REALM',
      'STOWAGE_AUTH_TOKEN_SERVICE',
      'STOWAGE_CONFIG',
      'STOWAGE_HTTP_PUBLIC_URL',
      'STOWAGE_HTTP_TLS_CERTIFICATE',
      'STOWAGE_HTTP_TLS_CLIENT_AUTHORITIES',
      'STOWAGE_HTTP_TLS_KEY',
      'STOWAGE_HTTP_TRUSTED_PROXIES',
      'STOWAGE_SCHEMA1_AUTHORITIES',
      'STOWAGE_SCHEMA1_SIGNING_KEY',
      'STOWAGE_STORAGE_AZURE_ACCOUNT',
      'STOWAGE_STORAGE_AZURE_ACCOUNT_KEY',
      'STOWAGE_STORAGE_AZURE_CLIENT_ID',
      'STOWAGE_STORAGE_AZURE_CONTAINER',
      'STOWAGE_STORAGE_AZURE_ENDPOINT',
      'STOWAGE_STORAGE_AZURE_ROOT',
      'STOWAGE_STORAGE_AZURE_SAS',
      'STOWAGE_STORAGE_CDN_KEY_PAIR_ID',
      'STOWAGE_STORAGE_CDN_PRIVATE_KEY',
      'STOWAGE_STORAGE_CDN_URL',
      'STOWAGE_STORAGE_GCS_BUCKET',
      'STOWAGE_STORAGE_GCS_ENDPOINT',
      'STOWAGE_STORAGE_GCS_KEY_FILE',
      'STOWAGE_STORAGE_GCS_ROOT',
      'STOWAGE_STORAGE_REDIRECT_NETWORKS',
      'STOWAGE_STORAGE_S3_ACCESS_KEY',
      'STOWAGE_STORAGE_S3_BUCKET',
      'STOWAGE_STORAGE_S3_CA_FILE',
      'STOWAGE_STORAGE_S3_COPY_THRESHOLD',
      'STOWAGE_STORAGE_S3_CUSTOMER_KEY',
      'STOWAGE_STORAGE_S3_ENDPOINT',
      'STOWAGE_STORAGE_S3_KMS_KEY',
      'STOWAGE_STORAGE_S3_PATH_STYLE',
      'STOWAGE_STORAGE_S3_ROOT',
      'STOWAGE_STORAGE_S3_SECRET_KEY',
      'STOWAGE_STORAGE_S3_SESSION_TOKEN',
      'STOWAGE_STORAGE_S3_STORAGE_CLASS',
    ]);
  });

  it('has one line of comment above every variable', () => {
    const lines = text.split('\n');
    const bare = lines.filter((line, index) => /^[A-Z]/.test(line) && !/^# \S/.test(lines[index - 1] ?? ''));
    expect(bare).toEqual([]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, type ConfigurationProblem } from './configuration.error.js';
import { createRegistryConfig, loadRegistryConfig } from './load-registry-config.js';
import { redirects, type StorageConfig } from './storage.config.js';

const KEY = Buffer.alloc(32, 7).toString('base64');

const storageOf = (settings: Record<string, string>): StorageConfig => loadRegistryConfig(prefixed(settings)).storage;

function prefixed(settings: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`STOWAGE_STORAGE_${name}`, value]));
}

function problemsOf(settings: Record<string, string>): readonly ConfigurationProblem[] {
  try {
    storageOf(settings);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

const keysOf = (settings: Record<string, string>) => problemsOf(settings).map(({ key }) => key);

describe('the settings of s3', () => {
  it('are read from variables', () => {
    const { driver, s3 } = storageOf({
      DRIVER: 's3',
      S3_BUCKET: 'content',
      S3_REGION: 'eu-central-1',
      S3_ENDPOINT: 'https://s3.example.com:9000/',
      S3_PATH_STYLE: 'false',
      S3_ACCESS_KEY: 'AKIA',
      S3_SECRET_KEY: 'se/cr+et=',
      S3_SESSION_TOKEN: 'token',
      S3_ROOT: '/teams/registry/',
      S3_STORAGE_CLASS: 'STANDARD_IA',
      S3_ENCRYPTION: 'sse-c',
      S3_CUSTOMER_KEY: KEY,
      S3_PART_SIZE: '16MiB',
      S3_PART_CONCURRENCY: '2',
      S3_COPY_THRESHOLD: '1GiB',
      S3_COPY_PART_SIZE: '64MiB',
      S3_COPY_CONCURRENCY: '8',
      S3_CHECKSUMS: 'when-supported',
      S3_MAX_ATTEMPTS: '3',
      S3_CONNECTIONS: '64',
      S3_CONNECT_TIMEOUT: '1s',
      S3_REQUEST_TIMEOUT: '10s',
      S3_CA_FILE: 'ca.pem',
    });
    expect(driver).toBe('s3');
    expect(s3).toEqual({
      bucket: 'content',
      region: 'eu-central-1',
      endpoint: 'https://s3.example.com:9000',
      pathStyle: false,
      accessKey: 'AKIA',
      secretKey: 'se/cr+et=',
      sessionToken: 'token',
      root: 'teams/registry/',
      storageClass: 'STANDARD_IA',
      encryption: 'sse-c',
      kmsKey: undefined,
      customerKey: KEY,
      partSize: 16 * 1024 ** 2,
      partConcurrency: 2,
      copyThreshold: 1024 ** 3,
      copyPartSize: 64 * 1024 ** 2,
      copyConcurrency: 8,
      checksums: 'when-supported',
      maxAttempts: 3,
      connections: 64,
      connectTimeout: 1_000,
      requestTimeout: 10_000,
      caFile: 'ca.pem',
      redirect: false,
    });
  });

  it.each<[string, Record<string, string>]>([
    ['BUCKET', { BUCKET: '' }],
    ['ACCESS_KEY', { ACCESS_KEY: 'AKIA' }],
    ['SECRET_KEY', { SECRET_KEY: 'secret' }],
    ['SESSION_TOKEN', { SESSION_TOKEN: 'token' }],
    ['KMS_KEY', { KMS_KEY: 'alias/key' }],
    ['CUSTOMER_KEY', { CUSTOMER_KEY: KEY }],
    ['CUSTOMER_KEY', { ENCRYPTION: 'sse-c' }],
    ['REDIRECT', { ENCRYPTION: 'sse-c', CUSTOMER_KEY: KEY, REDIRECT: 'true' }],
  ])('that do not go together are told by %s: %j', (name, settings) => {
    const all = Object.entries({ BUCKET: 'content', ...settings }).map(([key, value]) => [`S3_${key}`, value]);
    const problems = problemsOf({ DRIVER: 's3', ...Object.fromEntries(all) });
    const [yaml, variable] = [`storage.s3.${camelCase(name)}`, `STOWAGE_STORAGE_S3_${name}`];
    expect(problems.map(({ key }) => [yaml, variable].includes(key))).toEqual([true]);
    for (const { rule, fix } of problems) expect(`${rule} ${fix}`).not.toContain(KEY);
  });

  it('name the variable that is missing', () => {
    expect(problemsOf({ DRIVER: 's3' })).toEqual([
      {
        key: 'storage.s3.bucket',
        rule: 'must be set with the s3 driver',
        fix: 'Set storage.s3.bucket in YAML, or STOWAGE_STORAGE_S3_BUCKET.',
      },
    ]);
  });

  it('do not matter where another driver is chosen', () => {
    expect(keysOf({ S3_ACCESS_KEY: 'AKIA' })).toEqual([]);
  });

  it.each([
    ['BUCKET', ['ab', 'a b', 'ä'.repeat(3)]],
    ['ENDPOINT', ['s3.example.com', 'https://key:secret@s3.example.com']],
    ['SECRET_KEY', ['with space', 'line\nfeed']],
    ['ROOT', ['a//b', '../a', 'a/./b', 'a b', 'ä', 'a?b', 'a'.repeat(256)]],
    ['ENCRYPTION', ['aes', 'SSE-S3']],
    ['CUSTOMER_KEY', ['AAAA', `${KEY}A`, KEY.replace('=', ''), 'x'.repeat(32)]],
    ['PART_SIZE', ['4MiB', '513MiB', '0']],
    ['PART_CONCURRENCY', ['0', '65']],
    ['COPY_THRESHOLD', ['4MiB', '6GiB']],
    ['COPY_PART_SIZE', ['6GiB']],
    ['CHECKSUMS', ['never']],
    ['MAX_ATTEMPTS', ['0']],
    ['REQUEST_TIMEOUT', ['0s', '30']],
  ])('refuse wrong values of %s', (name, values) => {
    for (const value of values) {
      expect([value, keysOf({ [`S3_${name}`]: value })]).toEqual([value, [`STOWAGE_STORAGE_S3_${name}`]]);
    }
  });
});

describe('the settings of azure', () => {
  it('take the signature with or without its question mark', () => {
    const env = { DRIVER: 'azure', AZURE_ACCOUNT: 'stowage', AZURE_CONTAINER: 'content' };
    expect(storageOf({ ...env, AZURE_SAS: '?sv=2024&sig=a%2Fb' }).azure.sas).toBe('sv=2024&sig=a%2Fb');
    expect(keysOf({ ...env, AZURE_SAS: 'sv=2024&si=policy' })).toEqual(['STOWAGE_STORAGE_AZURE_SAS']);
  });

  it.each<[string[], Record<string, string>]>([
    [['storage.azure.account', 'storage.azure.container'], {}],
    [['STOWAGE_STORAGE_AZURE_SAS'], { ACCOUNT: 'a', CONTAINER: 'abc', SAS: 'sig=a', ACCOUNT_KEY: 'a' }],
    [['STOWAGE_STORAGE_AZURE_CLIENT_ID'], { ACCOUNT: 'a', CONTAINER: 'abc', SAS: 'sig=a', CLIENT_ID: 'a' }],
    [['STOWAGE_STORAGE_AZURE_CLIENT_ID'], { ACCOUNT: 'a', CONTAINER: 'abc', ACCOUNT_KEY: 'a', CLIENT_ID: 'a' }],
  ])('that do not go together are told by %j', (keys, settings) => {
    const all = Object.entries(settings).map(([key, value]) => [`AZURE_${key}`, value]);
    expect(keysOf({ DRIVER: 'azure', ...Object.fromEntries(all) })).toEqual(keys);
  });
});

describe('the settings of gcs', () => {
  it('need a bucket', () => {
    expect(keysOf({ DRIVER: 'gcs' })).toEqual(['storage.gcs.bucket']);
    expect(storageOf({ DRIVER: 'gcs', GCS_BUCKET: 'content', GCS_ROOT: 'a' }).gcs.root).toBe('a/');
  });
});

describe('redirects', () => {
  it('are for each driver to switch on', () => {
    expect(redirects(storageOf({ S3_REDIRECT: 'true' }))).toBe(false);
    expect(redirects(storageOf({ DRIVER: 's3', S3_BUCKET: 'content', S3_REDIRECT: 'true' }))).toBe(true);
    expect(redirects(storageOf({ DRIVER: 'gcs', GCS_BUCKET: 'content', S3_REDIRECT: 'true' }))).toBe(false);
  });

  it('hold no longer than a store signs for', () => {
    expect(keysOf({ REDIRECT_EXPIRY: '169h' })).toEqual(['STOWAGE_STORAGE_REDIRECT_EXPIRY']);
    expect(storageOf({ REDIRECT_EXPIRY: '168h' }).redirect.expiry).toBe(604_800_000);
  });

  it.each<[string, Record<string, string>]>([
    ['storage.cdn.url', { CDN_KEY_PAIR_ID: 'K2' }],
    ['STOWAGE_STORAGE_CDN_URL', { CDN_URL: 'https://cdn.example.com', CDN_KEY_PAIR_ID: 'K2' }],
    [
      'STOWAGE_STORAGE_CDN_URL',
      { CDN_URL: 'https://cdn.example.com', CDN_KEY_PAIR_ID: 'K2', CDN_PRIVATE_KEY: 'key.pem', S3_REDIRECT: 'false' },
    ],
  ])('through a network want all of its settings: %s, %j', (key, settings) => {
    const env = { DRIVER: 's3', S3_BUCKET: 'content', S3_REDIRECT: 'true' };
    expect(keysOf({ ...env, ...settings })).toEqual([key]);
  });
});

describe('workers', () => {
  it('may share an object store', () => {
    const config = createRegistryConfig({ http: { workers: 2 }, storage: { driver: 's3', s3: { bucket: 'content' } } });
    expect(config.http.workers).toBe(2);
  });
});

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

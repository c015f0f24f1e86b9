import type { S3StoreOptions } from './index.js';

/** Options of a store in a service that answers at once, if at all. */
export const TEST_OPTIONS: Omit<S3StoreOptions, 'bucket' | 'region' | 'pathStyle'> = {
  encryption: 'off',
  copyThreshold: 5 * 1024 * 1024,
  copyPartSize: 5 * 1024 * 1024,
  copyConcurrency: 4,
  checksums: 'when-required',
  maxAttempts: 5,
  connections: 32,
  connectTimeout: 5_000,
  requestTimeout: 30_000,
};

/** Those that the settings of a test server name. */
export function optionsOf(settings: Readonly<Record<string, string>>): S3StoreOptions {
  const { accessKey, secretKey, endpoint, bucket, region } = {
    accessKey: settings.STOWAGE_STORAGE_S3_ACCESS_KEY,
    secretKey: settings.STOWAGE_STORAGE_S3_SECRET_KEY,
    endpoint: settings.STOWAGE_STORAGE_S3_ENDPOINT,
    bucket: settings.STOWAGE_STORAGE_S3_BUCKET,
    region: settings.STOWAGE_STORAGE_S3_REGION,
  };
  if (!accessKey || !secretKey || !endpoint || !bucket || !region) throw new Error('the settings name no S3 service');
  const pathStyle = settings.STOWAGE_STORAGE_S3_PATH_STYLE === 'true';
  return { ...TEST_OPTIONS, bucket, region, endpoint, pathStyle, accessKey, secretKey };
}

import type { Conflict } from './conflict.js';
import { environmentName } from './setting-schema.js';
import { redirects, type StorageConfig } from './storage.config.js';

type Driver = StorageConfig['driver'];

/** A conflict that only counts where the driver is chosen. */
function of(
  driver: Driver,
  path: string,
  isIn: (storage: StorageConfig) => boolean,
  rule: string,
  fix: string,
): Conflict {
  return { path, isIn: ({ storage }) => storage.driver === driver && isIn(storage), rule, fix };
}

function required(driver: Driver, path: string, isMissing: (storage: StorageConfig) => boolean): Conflict {
  const fix = `Set ${path} in YAML, or ${environmentName(path.split('.'))}.`;
  return of(driver, path, isMissing, `must be set with the ${driver} driver`, fix);
}

const S3_CONFLICTS: readonly Conflict[] = [
  required('s3', 'storage.s3.bucket', ({ s3 }) => s3.bucket === undefined),
  of(
    's3',
    'storage.s3.accessKey',
    ({ s3 }) => s3.accessKey !== undefined && s3.secretKey === undefined,
    'must come with storage.s3.secretKey',
    'Set both, or neither to take the credentials of the environment, a web identity or the instance.',
  ),
  of(
    's3',
    'storage.s3.secretKey',
    ({ s3 }) => s3.secretKey !== undefined && s3.accessKey === undefined,
    'must come with storage.s3.accessKey',
    'Set both, or neither to take the credentials of the environment, a web identity or the instance.',
  ),
  of(
    's3',
    'storage.s3.sessionToken',
    ({ s3 }) => s3.sessionToken !== undefined && s3.accessKey === undefined,
    'must come with storage.s3.accessKey and storage.s3.secretKey',
    'Set all three, or none of them.',
  ),
  of(
    's3',
    'storage.s3.kmsKey',
    ({ s3 }) => s3.kmsKey !== undefined && s3.encryption !== 'sse-kms',
    'must not be set unless storage.s3.encryption is sse-kms',
    'Remove it, or write sse-kms for storage.s3.encryption.',
  ),
  of(
    's3',
    'storage.s3.customerKey',
    ({ s3 }) => (s3.customerKey === undefined) === (s3.encryption === 'sse-c'),
    'must be set with storage.s3.encryption sse-c, and with no other',
    'Set storage.s3.encryption to sse-c and storage.s3.customerKey to 32 bytes in base64, or neither.',
  ),
  of(
    's3',
    'storage.s3.redirect',
    ({ s3 }) => s3.redirect && s3.encryption === 'sse-c',
    'must be false with sse-c, because only the registry has the key that the store wants with each request',
    'Write false, or choose another storage.s3.encryption.',
  ),
];

const AZURE_CONFLICTS: readonly Conflict[] = [
  required('azure', 'storage.azure.account', ({ azure }) => azure.account === undefined),
  required('azure', 'storage.azure.container', ({ azure }) => azure.container === undefined),
  of(
    'azure',
    'storage.azure.sas',
    ({ azure }) => azure.sas !== undefined && azure.accountKey !== undefined,
    'must not be set together with storage.azure.accountKey',
    'Remove one of them.',
  ),
  of(
    'azure',
    'storage.azure.clientId',
    ({ azure }) => azure.clientId !== undefined && (azure.sas ?? azure.accountKey) !== undefined,
    'must not be set together with storage.azure.accountKey or storage.azure.sas, which leave no use for an identity',
    'Remove it, or the other one.',
  ),
];

const CDN_CONFLICTS: readonly Conflict[] = [
  {
    path: 'storage.cdn.url',
    isIn: ({ storage: { cdn } }) => cdn.url === undefined && (cdn.keyPairId ?? cdn.privateKey) !== undefined,
    rule: 'must be set with storage.cdn.keyPairId and storage.cdn.privateKey',
    fix: 'Set all three, or none of them.',
  },
  {
    path: 'storage.cdn.url',
    isIn: ({ storage: { cdn } }) =>
      cdn.url !== undefined && (cdn.keyPairId === undefined || cdn.privateKey === undefined),
    rule: 'must come with storage.cdn.keyPairId and storage.cdn.privateKey',
    fix: 'Set all three, or none of them.',
  },
  {
    path: 'storage.cdn.url',
    isIn: ({ storage }) => storage.cdn.url !== undefined && !redirects(storage),
    rule: 'must not be set unless the driver that is chosen redirects',
    fix: 'Set redirect of that driver to true, as in storage.s3.redirect, or remove it.',
  },
];

export const STORAGE_CONFLICTS: readonly Conflict[] = [
  ...S3_CONFLICTS,
  required('gcs', 'storage.gcs.bucket', ({ gcs }) => gcs.bucket === undefined),
  ...AZURE_CONFLICTS,
  ...CDN_CONFLICTS,
];

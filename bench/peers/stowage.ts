import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Bucket, Peer } from './peer.ts';

const OURS = join(import.meta.dirname, '../..');

/** As it is started, and as separate modules, of which a profile can tell how much time each package takes. */
const [BUNDLE, MODULES] = ['dist/server/main.js', 'dist/src/main.js'];

/** The server that is built in this folder, or in another checkout. */
export function stowage(checkout: string | null = null): Peer {
  const folder = checkout ?? OURS;
  // Other checkouts may be older than the bundle.
  const main = [BUNDLE, MODULES].map((path) => join(folder, path)).find((path) => existsSync(path));
  if (main === undefined) throw new Error(`nothing is built in ${folder}: run npm run build`);
  return {
    name: checkout === null ? 'stowage' : `stowage=${checkout}`,
    kind: 'registry',
    title: checkout === null ? 'Stowage' : `Stowage in ${basename(checkout)}`,
    launch: async ({ root, bucket, port, env = {}, nodeOptions = [] }) => ({
      command: [process.execPath, ...nodeOptions, nodeOptions.length > 0 ? join(folder, MODULES) : main],
      port,
      env: {
        STOWAGE_HTTP_PORT: String(port),
        ...storageOf(root, bucket),
        STOWAGE_LOG_LEVEL: 'info',
        ...env,
      },
    }),
  };
}

function storageOf(root: string, bucket: Bucket | null): Record<string, string> {
  if (bucket === null) return { STOWAGE_STORAGE_DRIVER: 'filesystem', STOWAGE_STORAGE_FILESYSTEM_ROOT: root };
  return {
    STOWAGE_STORAGE_DRIVER: 's3',
    STOWAGE_STORAGE_S3_BUCKET: bucket.name,
    STOWAGE_STORAGE_S3_REGION: bucket.region,
    STOWAGE_STORAGE_S3_ENDPOINT: bucket.endpoint,
    STOWAGE_STORAGE_S3_PATH_STYLE: 'true',
    STOWAGE_STORAGE_S3_ACCESS_KEY: bucket.accessKey,
    STOWAGE_STORAGE_S3_SECRET_KEY: bucket.secretKey,
    STOWAGE_STORAGE_S3_ROOT: `${root}/`,
  };
}

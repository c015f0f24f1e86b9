import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Peer } from './peer.ts';

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
    launch: async ({ root, port, env = {}, nodeOptions = [] }) => ({
      command: [process.execPath, ...nodeOptions, nodeOptions.length > 0 ? join(folder, MODULES) : main],
      port,
      env: {
        STOWAGE_HTTP_PORT: String(port),
        STOWAGE_STORAGE_DRIVER: 'filesystem',
        STOWAGE_STORAGE_FILESYSTEM_ROOT: root,
        STOWAGE_LOG_LEVEL: 'info',
        ...env,
      },
    }),
  };
}

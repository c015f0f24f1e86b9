import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Peer } from './peer.ts';

const OURS = join(import.meta.dirname, '../..');

/** The server that is built in this folder, or in another checkout. */
export function stowage(checkout: string | null = null): Peer {
  const main = join(checkout ?? OURS, 'dist/src/main.js');
  if (!existsSync(main)) throw new Error(`${main} is missing: run npm run build`);
  return {
    name: checkout === null ? 'stowage' : `stowage=${checkout}`,
    kind: 'registry',
    title: checkout === null ? 'Stowage' : `Stowage in ${basename(checkout)}`,
    launch: async ({ root, port, env = {}, nodeOptions = [] }) => ({
      command: [process.execPath, ...nodeOptions, main],
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

import { join } from 'node:path';
import type { Peer } from './peer.ts';

/** `node:http` alone, which answers from memory and writes no log: what is left of the framework and the storage. */
export function bareHttp(): Peer {
  return {
    name: 'bare-http',
    kind: 'memory',
    title: 'bare node:http',
    launch: async ({ root, port }) => ({
      command: [process.execPath, join(import.meta.dirname, 'bare-http-server.ts'), root, String(port)],
      port,
      env: {},
    }),
  };
}

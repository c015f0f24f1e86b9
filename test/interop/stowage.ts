import { startServer } from '../support/server-process.ts';
import type { RunningRegistry } from './registry.ts';

/** Starts our server on a storage root and a free port of the loopback address. */
export async function startStowage(root: string): Promise<RunningRegistry> {
  const server = await startServer({ STOWAGE_STORAGE_FILESYSTEM_ROOT: root });
  return { host: new URL(server.url).host, stop: () => server.stop() };
}

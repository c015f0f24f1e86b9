import type { TestServer } from '../servers/test-server.ts';

/** What can be run against, each loaded only when it is chosen. */
const SERVERS = {
  versitygw: async () => (await import('../servers/versitygw.ts')).startVersitygw(),
  'ceph-rgw': async () => (await import('../servers/ceph-rgw.ts')).startCephRgw(),
  moto: async () => (await import('../servers/moto.ts')).startMoto(),
  azurite: async () => (await import('../servers/azurite.ts')).startAzurite(),
  'fake-gcs': async () => (await import('../servers/fake-gcs.ts')).startFakeGcs(),
};

export type ServerName = keyof typeof SERVERS;

export const SERVER_NAMES = Object.keys(SERVERS) as ServerName[];

export function startTestServer(name: ServerName): Promise<TestServer> {
  return SERVERS[name]();
}

import { join } from 'node:path';
import { freePort, installed, run, startService } from './service-process.ts';
import type { TestServer } from './test-server.ts';

const VERSION = 'v1.56.1';
const BUCKET = 'stowage-test';

/** An emulator of Google Cloud Storage. It keeps everything in memory, and takes whatever credentials there are. */
export async function startFakeGcs(): Promise<TestServer> {
  const folder = await installed(`fake-gcs-server-${VERSION}`, (bin) =>
    run('go', ['install', `github.com/fsouza/fake-gcs-server@${VERSION}`], { GOBIN: bin }),
  );
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const endpoint = `http://${host}`;
  const address = ['-scheme', 'http', '-host', '127.0.0.1', '-port', `${port}`];
  const names = ['-public-host', host, '-external-url', endpoint];
  const service = await startService(
    join(folder, 'fake-gcs-server'),
    [...address, ...names, '-backend', 'memory', '-log-level', 'error'],
    () => isHealthy(endpoint),
  );
  const created = await fetch(`${endpoint}/storage/v1/b?project=test`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: BUCKET }),
  });
  if (!created.ok) throw new Error(`the bucket cannot be made: ${created.status}`);
  return {
    name: 'fake-gcs',
    settings: {
      STOWAGE_STORAGE_DRIVER: 'gcs',
      STOWAGE_STORAGE_GCS_BUCKET: BUCKET,
      STOWAGE_STORAGE_GCS_ENDPOINT: endpoint,
    },
    stop: () => service.stop(),
  };
}

async function isHealthy(endpoint: string): Promise<boolean> {
  return fetch(`${endpoint}/_internal/healthcheck`).then(
    ({ ok }) => ok,
    () => false,
  );
}

import { answers, freePorts, startDaemon } from './daemon.ts';
import { goProgram } from './installed.ts';
import type { TestServer } from './test-server.ts';

const VERSION = 'v1.56.1';
const BUCKET = 'stowage-test';

/** An emulator of Google Cloud Storage. It keeps everything in memory, and takes whatever credentials there are. */
export async function startFakeGcs(): Promise<TestServer> {
  const program = await goProgram('fake-gcs-server', 'github.com/fsouza/fake-gcs-server', VERSION);
  const [port] = await freePorts(1);
  const host = `127.0.0.1:${port}`;
  const endpoint = `http://${host}`;
  const address = ['-scheme', 'http', '-host', '127.0.0.1', '-port', `${port}`];
  const names = ['-public-host', host, '-external-url', endpoint];
  const options = ['-backend', 'memory', '-log-level', 'error'];
  const daemon = await startDaemon(program, [...address, ...names, ...options], () => answers(endpoint));
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
    stop: () => daemon.stop(),
  };
}

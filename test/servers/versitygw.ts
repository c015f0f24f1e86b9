import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answers, freePorts, startDaemon } from './daemon.ts';
import { goProgram } from './installed.ts';
import { s3TestServer } from './s3-settings.ts';
import type { TestServer } from './test-server.ts';

const VERSION = 'v1.8.0';

/** Starts VersityGW: S3 over a folder, with signatures that are checked. Needs Go at its first use. */
export async function startVersitygw(): Promise<TestServer> {
  const program = await goProgram('versitygw', 'github.com/versity/versitygw/cmd/versitygw', VERSION);
  const folder = await mkdtemp(join(tmpdir(), 'stowage-versitygw-'));
  const [objects, attributes] = [join(folder, 'objects'), join(folder, 'attributes')];
  await mkdir(objects);
  await mkdir(attributes);
  const [port] = await freePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const access = { endpoint, accessKey: 'stowage', secretKey: 'stowage-secret' };
  // Without --keep-alive it closes each connection. A temporary folder may know no extended attributes.
  const options = ['--port', `127.0.0.1:${port}`, '--keep-alive', '--quiet', 'posix', '--sidecar', attributes, objects];
  const env = { ROOT_ACCESS_KEY: access.accessKey, ROOT_SECRET_KEY: access.secretKey };
  return s3TestServer('versitygw', access, {
    start: () => startDaemon(program, options, () => answers(endpoint), { env }),
    cleanUp: () => rm(folder, { recursive: true, force: true }),
  });
}

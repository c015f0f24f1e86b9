import { join } from 'node:path';
import { answers, freePorts, startDaemon } from './daemon.ts';
import { pythonPackages } from './installed.ts';
import { s3TestServer } from './s3-settings.ts';
import type { TestServer } from './test-server.ts';

const VERSION = '5.2.5';

/** Starts moto, which keeps everything in memory and takes whatever signature. Needs Python 3 with venv at its first use. */
export async function startMoto(): Promise<TestServer> {
  const environment = await pythonPackages(`moto-${VERSION}`, [`moto[s3,server]==${VERSION}`]);
  const [port] = await freePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const access = { endpoint, accessKey: 'stowage', secretKey: 'stowage-secret' };
  const program = join(environment, 'bin/moto_server');
  return s3TestServer('moto', access, {
    start: () => startDaemon(program, ['-H', '127.0.0.1', '-p', `${port}`], () => answers(endpoint)),
  });
}

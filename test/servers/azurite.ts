import { join } from 'node:path';
import { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { run } from '../interop/command.ts';
import { answers, freePorts, startDaemon } from './daemon.ts';
import { installed } from './installed.ts';
import type { TestServer } from './test-server.ts';

const VERSION = '3.37.0';
/** Every Azurite has this account, with this key. */
const ACCOUNT = 'devstoreaccount1';
const ACCOUNT_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const CONTAINER = 'stowage-test';

/** The emulator of Azure Blob Storage. It keeps everything in memory, and checks keys and SAS. */
export async function startAzurite(): Promise<TestServer> {
  const folder = await installed(`azurite-${VERSION}`, async (prefix) => {
    const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefix', prefix];
    await run('npm', ['install', ...options, `azurite@${VERSION}`]);
  });
  const main = join(folder, 'node_modules/azurite/dist/src/blob/main.js');
  const [port] = await freePorts(1);
  // The library asks for a later version of the interface than Azurite knows.
  const options = ['--inMemoryPersistence', '--silent', '--disableTelemetry', '--skipApiVersionCheck'];
  const address = ['--blobHost', '127.0.0.1', '--blobPort', `${port}`];
  const endpoint = `http://127.0.0.1:${port}/${ACCOUNT}`;
  const daemon = await startDaemon(process.execPath, [main, ...options, ...address], () => answers(endpoint));
  const credential = new StorageSharedKeyCredential(ACCOUNT, ACCOUNT_KEY);
  await new ContainerClient(`${endpoint}/${CONTAINER}`, credential).create();
  return {
    name: 'azurite',
    settings: {
      STOWAGE_STORAGE_DRIVER: 'azure',
      STOWAGE_STORAGE_AZURE_ACCOUNT: ACCOUNT,
      STOWAGE_STORAGE_AZURE_ACCOUNT_KEY: ACCOUNT_KEY,
      STOWAGE_STORAGE_AZURE_CONTAINER: CONTAINER,
      STOWAGE_STORAGE_AZURE_ENDPOINT: endpoint,
    },
    stop: () => daemon.stop(),
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningRegistry } from './registry.ts';

const PAGE = join(import.meta.dirname, '../../docs/proxy.md');
const APACHE_MODULES = '/usr/lib/apache2/modules';
const START_TIMEOUT = 20_000;

/** A proxy that can send the files of blobs itself. */
export interface SendingProxy {
  readonly name: string;
  /** The value of `STOWAGE_HTTP_SENDFILE` that goes with it. */
  readonly sendfile: string;
  /** Its configuration around `snippet`, which is marked with the same name in docs/proxy.md. */
  configure(snippet: string, port: number, folder: string): string;
  /** How it is started in the foreground with that configuration. */
  command(config: string, folder: string): readonly [string, ...string[]];
}

export const PROXIES: readonly SendingProxy[] = [
  {
    name: 'nginx',
    sendfile: 'x-accel-redirect',
    configure: (snippet, port, folder) => `
      daemon off;
      pid ${folder}/pid;
      error_log stderr;
      events {}
      http {
        access_log off;
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path ${folder}/${of};`).join('\n')}
        server {
          listen 127.0.0.1:${port};
          ${snippet}
        }
      }`,
    command: (config, folder) => ['/usr/sbin/nginx', '-p', folder, '-c', config],
  },
  {
    name: 'apache',
    sendfile: 'x-sendfile',
    configure: (snippet, port, folder) => `
      ServerName localhost
      Listen 127.0.0.1:${port}
      User www-data
      Group www-data
      PidFile ${folder}/pid
      DefaultRuntimeDir ${folder}
      ErrorLog ${folder}/error.log
      ${['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'xsendfile']
        .map((of) => `LoadModule ${of}_module ${APACHE_MODULES}/mod_${of}.so`)
        .join('\n')}
      ${snippet}`,
    command: (config) => ['/usr/sbin/apache2', '-D', 'FOREGROUND', '-f', config],
  },
  {
    name: 'lighttpd',
    sendfile: 'x-sendfile',
    configure: (snippet, port, folder) => `
      server.bind = "127.0.0.1"
      server.port = ${port}
      server.username = "www-data"
      server.document-root = "${folder}"
      server.upload-dirs = ( "/var/tmp" )
      ${snippet}`,
    command: (config) => ['/usr/sbin/lighttpd', '-D', '-f', config],
  },
];

/** Starts a proxy in front of the Stowage that listens at `upstream` and keeps its content in `root`. */
export async function startProxy(
  { name, configure, command }: SendingProxy,
  folder: string,
  upstream: URL,
  root: string,
): Promise<RunningRegistry> {
  const port = await freePort();
  const config = join(folder, 'proxy.conf');
  const snippet = (await documented(name)).replaceAll('/var/lib/stowage', root).replaceAll('5000', upstream.port);
  await writeFile(config, configure(snippet, port, folder));
  const [program, ...args] = command(config, folder);
  const child = spawn(program, args, { env: {}, stdio: ['ignore', 'ignore', 'pipe'] });
  const killChild = () => void child.kill('SIGTERM');
  process.once('exit', killChild);
  const ended = once(child, 'close').finally(() => process.off('exit', killChild));
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const host = `127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  for (const start = performance.now(); !(await answers(host)); await delay(100)) {
    if (child.exitCode === null && performance.now() - start < START_TIMEOUT) continue;
    await stop();
    throw new Error(`${name} does not answer\n${errors}`);
  }
  return { host, stop };
}

/** The lines that docs/proxy.md has for a proxy. */
async function documented(name: string): Promise<string> {
  const snippet = new RegExp(`\`\`\`${name}\n(.*?)\`\`\``, 's').exec(await readFile(PAGE, 'utf8'))?.[1];
  if (snippet === undefined) throw new Error(`${PAGE} has no configuration of ${name}`);
  return snippet;
}

async function answers(host: string): Promise<boolean> {
  return fetch(`http://${host}/v2/`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

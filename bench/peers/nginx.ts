import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Peer, StartOptions } from './peer.ts';

const PROGRAM = '/usr/sbin/nginx';

/** nginx with one process that serves the content as plain files. Null where it is not installed. */
export async function nginx(): Promise<Peer | null> {
  if (!existsSync(PROGRAM)) return null;
  const { stderr } = await promisify(execFile)(PROGRAM, ['-v']);
  return {
    name: 'nginx',
    kind: 'files',
    title: `nginx ${stderr.trim().split('/').at(-1)}`,
    launch: async (options) => {
      const config = join(options.folder, 'nginx.conf');
      await writeFile(config, configuration(options));
      return { command: [PROGRAM, '-p', options.folder, '-c', config], port: options.port, env: {} };
    },
  };
}

/** Its log has a line for each request, as those of the registries have. */
function configuration({ root, port, folder }: StartOptions): string {
  return `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr;
events { worker_connections 1024; }
http {
  default_type application/octet-stream;
  access_log /dev/stdout;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${root};
  }
}
`;
}

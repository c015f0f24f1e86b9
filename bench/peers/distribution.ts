import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bucket, Peer, StartOptions } from './peer.ts';

const run = promisify(execFile);
const BUILD_TIMEOUT = 900_000;
const BIN = join(import.meta.dirname, '../../node_modules/.cache/stowage-bench/bin');
const DEBIAN_PROGRAM = '/usr/bin/docker-registry';
const MODULE = 'github.com/distribution/distribution/v3';
const VERSION = 'v3.1.1';

/** The peer that all others are compared with. Null where it is not built and Go is not there to build it. */
export async function distribution(): Promise<Peer | null> {
  const program = join(BIN, 'registry');
  if (!existsSync(program) && !(await build())) return null;
  return peer('distribution', `Distribution ${VERSION}`, program);
}

/** Debian's `docker-registry`. Null where it is not installed. */
export async function debianDistribution(): Promise<Peer | null> {
  if (!existsSync(DEBIAN_PROGRAM)) return null;
  const { stdout } = await run(DEBIAN_PROGRAM, ['--version']);
  const version = stdout.trim().split(' ').at(-1)?.replace(/\+.*/, '') ?? '';
  return peer('distribution-2', `Distribution ${version}`, DEBIAN_PROGRAM);
}

async function build(): Promise<boolean> {
  try {
    await run('go', ['version']);
  } catch {
    return false;
  }
  console.log(`building Distribution ${VERSION}`);
  await mkdir(BIN, { recursive: true });
  const options = { env: { ...process.env, GOBIN: BIN }, timeout: BUILD_TIMEOUT };
  await run('go', ['install', `${MODULE}/cmd/registry@${VERSION}`], options);
  return true;
}

function peer(name: string, title: string, program: string): Peer {
  return {
    name,
    kind: 'registry',
    title,
    launch: async (options) => {
      const config = join(options.folder, 'config.json');
      await writeFile(config, JSON.stringify(configuration(options)));
      return {
        command: [program, 'serve', config],
        port: options.port,
        // Version 3 would send a trace of each request to a collector that is not there.
        env: { OTEL_TRACES_EXPORTER: 'none' },
      };
    },
  };
}

/** Pulls come from the registry, as ours do. */
const STREAMED = { redirect: { disable: true } };

function s3(root: string, { name, region, endpoint, accessKey, secretKey }: Bucket): object {
  return {
    bucket: name,
    region,
    regionendpoint: endpoint,
    forcepathstyle: true,
    secure: false,
    v4auth: true,
    accesskey: accessKey,
    secretkey: secretKey,
    rootdirectory: `/${root}`,
  };
}

/** That of the official image, and deletion. YAML reads JSON. */
function configuration({ root, bucket, port }: StartOptions): object {
  return {
    version: '0.1',
    log: { fields: { service: 'registry' } },
    storage: {
      cache: { blobdescriptor: 'inmemory' },
      ...(bucket === null ? { filesystem: { rootdirectory: root } } : { s3: s3(root, bucket), ...STREAMED }),
      delete: { enabled: true },
    },
    http: {
      addr: `127.0.0.1:${port}`,
      secret: 'of the benchmark',
      headers: { 'X-Content-Type-Options': ['nosniff'] },
    },
    health: { storagedriver: { enabled: true, interval: '10s', threshold: 3 } },
  };
}

import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.ts';
import { BIN } from './workspace.ts';

const DEBIAN_PACKAGES = [
  'skopeo',
  'buildah',
  'docker.io',
  'docker-registry',
  'debootstrap',
  'nginx-light',
  'apache2-bin',
  'libapache2-mod-xsendfile',
  'lighttpd',
];

/** A client that is built from a Go module. */
export interface GoClient {
  readonly name: string;
  readonly module: string;
  readonly command: string;
  readonly version: string;
}

export const GO_CLIENTS: readonly GoClient[] = [
  {
    name: 'crane',
    module: 'github.com/google/go-containerregistry',
    command: 'github.com/google/go-containerregistry/cmd/crane',
    version: 'v0.22.1',
  },
  { name: 'oras', module: 'oras.land/oras', command: 'oras.land/oras/cmd/oras', version: 'v1.3.6' },
  {
    name: 'regctl',
    module: 'github.com/regclient/regclient',
    command: 'github.com/regclient/regclient/cmd/regctl',
    version: 'v0.11.7',
  },
  {
    name: 'cosign',
    module: 'github.com/sigstore/cosign/v2',
    command: 'github.com/sigstore/cosign/v2/cmd/cosign',
    version: 'v2.6.5',
  },
];

/** Installs what is missing of Debian's packages. Needs root on Debian. */
export async function installPackages(): Promise<void> {
  const missing: string[] = [];
  for (const name of DEBIAN_PACKAGES) if (!(await isInstalled(name))) missing.push(name);
  if (missing.length === 0) return;
  console.log(`installing ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { env, timeout: 600_000 });
  await withoutServices(async () => {
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...missing], { env, timeout: 900_000 });
  });
}

/** Builds what is missing of the clients in Go. Downloads and build cache are those of the caller. */
export async function installGoClients(): Promise<void> {
  await mkdir(BIN, { recursive: true });
  for (const client of GO_CLIENTS) {
    if (await isBuilt(client)) continue;
    console.log(`building ${client.name} ${client.version}`);
    const env = { ...process.env, GOBIN: BIN };
    await run('go', ['install', `${client.command}@${client.version}`], { env, timeout: 900_000 });
  }
}

async function isInstalled(name: string): Promise<boolean> {
  try {
    return (await run('dpkg', ['--status', name])).stdout.includes('\nStatus: install ok installed\n');
  } catch {
    return false;
  }
}

async function isBuilt(client: GoClient): Promise<boolean> {
  try {
    const { stdout } = await run('go', ['version', '-m', join(BIN, client.name)]);
    return stdout.includes(`\tmod\t${client.module}\t${client.version}\t`);
  } catch {
    return false;
  }
}

/** Debian's way to install daemons without starting them: `policy-rc.d` answers that no service may be started. */
export async function withoutServices(task: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const exists = await access(policy).then(
    () => true,
    () => false,
  );
  if (exists) return task();
  await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await task();
  } finally {
    await rm(policy);
  }
}

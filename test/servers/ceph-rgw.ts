import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../interop/command.ts';
import { answers, type Daemon, freePorts, startDaemon } from './daemon.ts';
import { debianPackages } from './installed.ts';
import { s3TestServer } from './s3-settings.ts';
import type { TestServer } from './test-server.ts';

const PACKAGES = ['ceph-mon', 'ceph-osd', 'radosgw', 'ceph-common'];
const MONITOR_CAPABILITIES = ['--cap', 'mon', 'allow *'];
const ALL_CAPABILITIES = ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow *'];

/**
 * Starts Ceph's object gateway with a monitor and one store in memory. Needs root on Debian, whose packages it installs
 * at its first use. The first object takes two seconds, because pools are created for it.
 */
export async function startCephRgw(): Promise<TestServer> {
  await debianPackages(PACKAGES);
  const cluster = await Cluster.create();
  const access = { endpoint: cluster.endpoint, accessKey: 'stowage', secretKey: 'stowage-secret' };
  return s3TestServer('ceph-rgw', access, {
    start: async () => {
      await cluster.start();
      await cluster.run('radosgw-admin', 'user', 'create', '--uid=stowage', '--display-name=stowage', [
        `--access-key=${access.accessKey}`,
        `--secret-key=${access.secretKey}`,
      ]);
      return cluster;
    },
    cleanUp: () => cluster.remove(),
  });
}

/** A monitor, a store and a gateway that share a folder. */
class Cluster implements Daemon {
  readonly endpoint: string;
  readonly #daemons: Daemon[] = [];
  readonly #id = randomUUID();
  readonly #folder: string;
  readonly #monitor: string;

  private constructor(folder: string, monitor: string, port: number) {
    this.endpoint = `http://127.0.0.1:${port}`;
    this.#folder = folder;
    this.#monitor = monitor;
  }

  static async create(): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'stowage-ceph-'));
    const [second = 0, first = 0, port = 0] = await freePorts(3);
    const monitor = `[v2:127.0.0.1:${second},v1:127.0.0.1:${first}]`;
    return new Cluster(folder, monitor, port);
  }

  async start(): Promise<void> {
    for (const name of ['mon', 'osd', 'rgw', 'log', 'run']) await mkdir(join(this.#folder, name));
    await writeFile(
      join(this.#folder, 'ceph.conf'),
      configuration(this.#folder, this.#id, this.#monitor, new URL(this.endpoint).port),
    );
    await this.#createKeys();
    await this.#startMonitor();
    await this.#startStore();
    await this.#startDaemon('radosgw', ['-f', '-n', 'client.rgw.a'], () => answers(this.endpoint));
  }

  async stop(): Promise<void> {
    for (const daemon of this.#daemons.reverse()) await daemon.stop();
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async run(command: string, ...args: (string | readonly string[])[]): Promise<string> {
    const { stdout } = await run(command, args.flat(), { env: this.#environment(), timeout: 60_000 });
    return stdout;
  }

  async #createKeys(): Promise<void> {
    const keyring = join(this.#folder, 'keyring');
    const create = (name: string, capabilities: readonly string[], ...more: string[]) =>
      this.run('ceph-authtool', ...more, keyring, '--gen-key', '-n', name, capabilities);
    await create('mon.', MONITOR_CAPABILITIES, '--create-keyring');
    for (const name of ['client.admin', 'osd.0', 'client.rgw.a']) await create(name, ALL_CAPABILITIES);
  }

  async #startMonitor(): Promise<void> {
    const map = join(this.#folder, 'monmap');
    await this.run('monmaptool', '--create', '--clobber', '--fsid', this.#id, '--addv', 'a', this.#monitor, map);
    await this.run('ceph-mon', '--mkfs', '-i', 'a', '--monmap', map, '--keyring', join(this.#folder, 'keyring'));
    const isReady = async () => (await this.run('ceph', '--connect-timeout', '2', 'status')).includes('health');
    await this.#startDaemon('ceph-mon', ['-f', '-i', 'a'], isReady);
  }

  async #startStore(): Promise<void> {
    const id = randomUUID();
    await this.run('ceph', 'osd', 'new', id);
    await this.run('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', id);
    const isUp = async () => (await this.run('ceph', '--connect-timeout', '2', 'osd', 'stat')).includes('1 up');
    await this.#startDaemon('ceph-osd', ['-f', '-i', '0'], isUp);
  }

  async #startDaemon(command: string, args: readonly string[], isReady: () => Promise<boolean>): Promise<void> {
    this.#daemons.push(await startDaemon(command, args, isReady, { env: this.#environment() }));
  }

  #environment(): Record<string, string> {
    return { ...(process.env as Record<string, string>), CEPH_CONF: join(this.#folder, 'ceph.conf') };
  }
}

function configuration(folder: string, id: string, monitor: string, port: string): string {
  return `[global]
fsid = ${id}
mon initial members = a
mon host = ${monitor}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
mon warn on pool no redundancy = false
mon data avail crit = 1
osd crush chooseleaf type = 0
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd objectstore = memstore
memstore device bytes = 6442450944
mon max pg per osd = 1000
run dir = ${folder}/run
admin socket = ${folder}/run/$name.asok
log file = ${folder}/log/$name.log
pid file = ${folder}/run/$name.pid
keyring = ${folder}/keyring
mon data = ${folder}/mon
osd data = ${folder}/osd
rgw data = ${folder}/rgw
# Without tcp_nodelay each answer with content takes 40 ms.
rgw frontends = beast endpoint=127.0.0.1:${port} tcp_nodelay=1
# Tests use the customer's keys without TLS.
rgw crypt require ssl = false
`;
}

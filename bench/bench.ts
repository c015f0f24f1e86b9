import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bucket, Peer } from './peers/peer.ts';
import type { Scale } from './scale.ts';
import { SHELF_WORKERS } from './stock/at-once.ts';
import { RegistryShelf } from './stock/registry-shelf.ts';
import { FileShelf, type Stock } from './stock/stock.ts';
import { removedWithUs } from './system/children.ts';
import type { Placement } from './system/cpus.ts';
import { freePort } from './system/free-port.ts';
import { takeMemory } from './system/memory.ts';
import { type S3Server, type S3ServerName, startS3Server } from './system/s3-server.ts';
import { type RunningServer, startServer } from './system/server.ts';

export interface BenchSetup {
  /** Below it a new folder is made for all that is written, and removed at the end of the process. */
  readonly folder: string;
  /** The service that the registries keep their content in; null for files. */
  readonly s3: S3ServerName | null;
  /** Of our server. */
  readonly nodeOptions?: readonly string[];
}

export interface ServeOptions {
  readonly placement?: Placement;
  readonly env?: Record<string, string>;
}

/** Where the content of a peer is. */
interface Place {
  readonly root: string;
  readonly bucket: Bucket | null;
}

const run = promisify(execFile);

/** What rows measure with: starts servers on roots that are empty or hold a stock, and stops them again. */
export class Bench {
  readonly scale: Scale;
  /** The last server that was started. */
  lastServer: RunningServer | null = null;
  readonly #folder: string;
  readonly #s3: S3ServerName | null;
  readonly #nodeOptions: readonly string[];
  /** Holds the stocks, started when the first is made. */
  #stockServer: S3Server | null = null;
  readonly #stocksThere = new Set<string>();

  private constructor(scale: Scale, { folder, s3, nodeOptions = [] }: BenchSetup) {
    this.scale = scale;
    this.#folder = folder;
    this.#s3 = s3;
    this.#nodeOptions = nodeOptions;
  }

  static async open(scale: Scale, setup: BenchSetup): Promise<Bench> {
    const folder = await mkdtemp(join(setup.folder, 'stowage-bench-'));
    removedWithUs(folder);
    return new Bench(scale, { ...setup, folder });
  }

  async close(): Promise<void> {
    await this.#stockServer?.stop();
  }

  /** Runs `work` with a server on an empty root, which is removed afterwards. */
  async onEmptyRoot<T>(peer: Peer, work: (server: RunningServer) => Promise<T>, options?: ServeOptions): Promise<T> {
    if (this.#s3 !== null) return this.#onEmptyBucket(this.#s3, peer, work, options);
    const root = join(await this.#folderOf(peer), 'empty');
    await mkdir(root);
    try {
      return await this.#serve(peer, { root, bucket: null }, work, options);
    } finally {
      await rm(root, { recursive: true });
    }
  }

  /** Runs `work` with a server on a root that holds a stock, which is made when it is needed first. */
  async onStock<T>(
    peer: Peer,
    stock: Stock,
    work: (server: RunningServer) => Promise<T>,
    options?: ServeOptions,
  ): Promise<T> {
    const place = await this.#placeOf(peer, stock);
    if (!this.#stocksThere.has(place.root)) await this.#fill(peer, stock, place);
    this.#stocksThere.add(place.root);
    return this.#serve(peer, place, work, options);
  }

  /** To be called right before a work that writes so many bytes. */
  async takeMemory(bytes: number): Promise<void> {
    await takeMemory(this.#folder, bytes);
  }

  /** Of a service of its own, of which nothing is left behind. */
  async #onEmptyBucket<T>(
    name: S3ServerName,
    peer: Peer,
    work: (server: RunningServer) => Promise<T>,
    options?: ServeOptions,
  ): Promise<T> {
    const server = await startS3Server(name, this.#folder);
    try {
      return await this.#serve(peer, { root: prefixOf(peer), bucket: server.bucket }, work, options);
    } finally {
      await server.stop();
    }
  }

  async #placeOf(peer: Peer, stock: Stock): Promise<Place> {
    if (this.#s3 === null) return { root: join(await this.#folderOf(peer), stock.name), bucket: null };
    this.#stockServer ??= await startS3Server(this.#s3, this.#folder);
    return { root: `${prefixOf(peer)}/${stock.name}`, bucket: this.#stockServer.bucket };
  }

  async #fill(peer: Peer, stock: Stock, place: Place): Promise<void> {
    if (place.bucket === null) await mkdir(place.root);
    if (peer.kind !== 'registry') return stock.fill(new FileShelf(place.root));
    await this.#serve(peer, place, async ({ url }) => {
      const shelf = new RegistryShelf(url, SHELF_WORKERS);
      await stock.fill(shelf);
      shelf.close();
    });
  }

  async #serve<T>(
    peer: Peer,
    place: Place,
    work: (server: RunningServer) => Promise<T>,
    options: ServeOptions = {},
  ): Promise<T> {
    const server = await this.#start(peer, place, options);
    try {
      return await work(server);
    } finally {
      await server.stop();
    }
  }

  async #start(peer: Peer, place: Place, { placement = 'anywhere', env = {} }: ServeOptions): Promise<RunningServer> {
    // What the last server left to be written is not at the expense of this one.
    await run('sync', ['--file-system', this.#folder]);
    const folder = await this.#folderOf(peer);
    const [port, nodeOptions] = [await freePort(), this.#nodeOptions];
    const launch = await peer.launch({ ...place, port, folder, env, nodeOptions });
    const path = peer.kind === 'registry' ? '/v2/' : '/';
    this.lastServer = await startServer(launch, placement, join(folder, 'log'), path);
    return this.lastServer;
  }

  async #folderOf({ name }: Peer): Promise<string> {
    const folder = join(this.#folder, name.replaceAll('/', '-'));
    await mkdir(folder, { recursive: true });
    return folder;
  }
}

/** What the keys of a peer begin with in a store; its name may hold a path. */
function prefixOf({ name }: Peer): string {
  return name.replace(/[^\w.-]+/g, '_');
}

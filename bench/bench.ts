import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Peer } from './peers/peer.ts';
import type { Scale } from './scale.ts';
import { SHELF_WORKERS } from './stock/at-once.ts';
import { RegistryShelf } from './stock/registry-shelf.ts';
import { FileShelf, type Stock } from './stock/stock.ts';
import { removedWithUs } from './system/children.ts';
import type { Placement } from './system/cpus.ts';
import { freePort } from './system/free-port.ts';
import { takeMemory } from './system/memory.ts';
import { type RunningServer, startServer } from './system/server.ts';

export interface ServeOptions {
  readonly placement?: Placement;
  readonly env?: Record<string, string>;
}

const run = promisify(execFile);

/** What rows measure with: starts servers on roots that are empty or hold a stock, and stops them again. */
export class Bench {
  readonly scale: Scale;
  /** The last server that was started. */
  lastServer: RunningServer | null = null;
  readonly #folder: string;
  readonly #nodeOptions: readonly string[];

  private constructor(scale: Scale, folder: string, nodeOptions: readonly string[]) {
    this.scale = scale;
    this.#folder = folder;
    this.#nodeOptions = nodeOptions;
  }

  /** Works in a new folder below `parent`, which is removed at the end of the process. */
  static async open(scale: Scale, parent: string, nodeOptions: readonly string[] = []): Promise<Bench> {
    const folder = await mkdtemp(join(parent, 'stowage-bench-'));
    removedWithUs(folder);
    return new Bench(scale, folder, nodeOptions);
  }

  /** Runs `work` with a server on an empty root, which is removed afterwards. */
  async onEmptyRoot<T>(peer: Peer, work: (server: RunningServer) => Promise<T>, options?: ServeOptions): Promise<T> {
    const root = join(await this.#folderOf(peer), 'empty');
    await mkdir(root);
    try {
      return await this.#serve(peer, root, work, options);
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
    const root = join(await this.#folderOf(peer), stock.name);
    if (!existsSync(root)) await this.#fill(peer, stock, root);
    return this.#serve(peer, root, work, options);
  }

  /** To be called right before a work that writes so many bytes. */
  async takeMemory(bytes: number): Promise<void> {
    await takeMemory(this.#folder, bytes);
  }

  async #fill(peer: Peer, stock: Stock, root: string): Promise<void> {
    await mkdir(root);
    if (peer.kind !== 'registry') return stock.fill(new FileShelf(root));
    await this.#serve(peer, root, async ({ url }) => {
      const shelf = new RegistryShelf(url, SHELF_WORKERS);
      await stock.fill(shelf);
      shelf.close();
    });
  }

  async #serve<T>(
    peer: Peer,
    root: string,
    work: (server: RunningServer) => Promise<T>,
    options: ServeOptions = {},
  ): Promise<T> {
    const server = await this.#start(peer, root, options);
    try {
      return await work(server);
    } finally {
      await server.stop();
    }
  }

  async #start(peer: Peer, root: string, { placement = 'anywhere', env = {} }: ServeOptions): Promise<RunningServer> {
    // What the last server left to be written is not at the expense of this one.
    await run('sync', ['--file-system', this.#folder]);
    const folder = await this.#folderOf(peer);
    const [port, nodeOptions] = [await freePort(), this.#nodeOptions];
    const launch = await peer.launch({ root, port, folder, env, nodeOptions });
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

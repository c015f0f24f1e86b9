import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';

/** Downloads and builds that outlive a run. */
export const CACHE = join(import.meta.dirname, '../../node_modules/.cache/stowage-interop');

/** Where the clients that are built from Go modules lie. */
export const BIN = join(CACHE, 'bin');

/** A temporary folder that holds all that a run writes, and the environment in which clients run. */
export class Workspace {
  readonly root: string;
  readonly #closers: (() => Promise<void>)[] = [];

  private constructor(root: string) {
    this.root = root;
  }

  /** The name is in lower case, because buildah makes names of images of it, and short, because sockets lie below. */
  static async create(): Promise<Workspace> {
    const root = join(tmpdir(), `stowage-interop-${randomUUID().slice(0, 8)}`);
    await mkdir(root, { mode: 0o700 });
    return new Workspace(root);
  }

  /** Makes a new empty folder whose name begins with `purpose`. */
  async folder(purpose: string): Promise<string> {
    const path = join(this.root, `${purpose}-${randomUUID().slice(0, 8)}`);
    await mkdir(path, { recursive: true });
    return path;
  }

  /** Runs `task` with a new folder that is removed afterwards. */
  async within<T>(purpose: string, task: (folder: string) => Promise<T>): Promise<T> {
    const folder = await this.folder(purpose);
    try {
      return await task(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /**
   * The environment of a client: Debian's programs, a home folder of its own, no credentials, no proxy.
   *
   * The last variable makes skopeo and buildah keep their cache of known blobs in that home folder; it lies in
   * /var/lib/containers otherwise.
   */
  async environment(client: string): Promise<NodeJS.ProcessEnv> {
    const home = await this.folder(`home-${client}`);
    await mkdir(join(home, 'run'), { mode: 0o700 });
    return {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LANG: 'C.UTF-8',
      TMPDIR: this.root,
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      XDG_DATA_HOME: join(home, '.local/share'),
      XDG_RUNTIME_DIR: join(home, 'run'),
      _CONTAINERS_ROOTLESS_UID: '1',
    };
  }

  /** Registers what has to be stopped before the folder can be removed; the last registered is closed first. */
  onClose(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  /** Stops everything that was registered, unmounts what is mounted below the folder, and removes it. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    for (const path of await mountsBelow(this.root)) await run('umount', ['--lazy', path]);
    await rm(this.root, { recursive: true, force: true });
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped');
  }
}

/** The deepest mounts come first. */
async function mountsBelow(root: string): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  const paths = lines.map((line) => line.split(' ')[4] ?? '');
  return paths.filter((path) => path.startsWith(`${root}/`)).sort((one, other) => other.length - one.length);
}

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Output, run } from '../command.ts';
import type { SourceImage } from '../images.ts';
import { fingerprint } from '../root-filesystem.ts';
import type { Workspace } from '../workspace.ts';
import { type Client, find, type PulledImage, type PullOptions } from './client.ts';

interface Inspection {
  readonly FromImageID: string;
  readonly FromImageDigest: string;
  readonly OCIv1: { readonly rootfs: { readonly diff_ids: string[] } };
}

export class Buildah implements Client {
  readonly name = 'buildah';
  /** It compresses the layers of its own store anew. */
  readonly keepsManifest = false;
  readonly #workspace: Workspace;
  readonly #env: NodeJS.ProcessEnv;
  readonly #store: string[];

  private constructor(workspace: Workspace, env: NodeJS.ProcessEnv, store: string[]) {
    this.#workspace = workspace;
    this.#env = env;
    this.#store = store;
  }

  static async create(workspace: Workspace): Promise<Buildah> {
    const root = await workspace.folder('buildah');
    const store = ['--storage-driver=vfs', `--root=${join(root, 'store')}`, `--runroot=${join(root, 'run')}`];
    return new Buildah(workspace, await workspace.environment('buildah'), store);
  }

  async version(): Promise<string> {
    return find(/version (\S+)/, (await this.run('--version')).stdout);
  }

  async push(image: SourceImage, reference: string): Promise<string> {
    await this.clear();
    const id = (await this.run('pull', '--quiet', `oci:${image.layout}:${image.tag}`)).stdout.trim();
    return this.#push(id, reference);
  }

  async pull(reference: string, options: PullOptions = {}): Promise<PulledImage> {
    await this.clear();
    const { platform } = options;
    const chosen = platform === undefined ? [] : [`--os=${platform.os}`, `--arch=${platform.architecture}`];
    const pulled = await this.run('pull', '--quiet', '--tls-verify=false', ...chosen, `docker://${reference}`);
    const id = pulled.stdout.trim();
    const inspection = JSON.parse((await this.run('inspect', '--type=image', id)).stdout) as Inspection;
    const image = {
      digest: inspection.FromImageDigest,
      configDigest: `sha256:${inspection.FromImageID}`,
      diffIds: inspection.OCIv1.rootfs.diff_ids,
    };
    return options.unpacked === true ? { ...image, rootfs: await this.#fingerprint(id) } : image;
  }

  /** Builds an image with one more file upon an image of the registry and pushes it; returns its digest. */
  async buildUpon(base: string, reference: string): Promise<string> {
    await this.clear();
    return this.#workspace.within('build', async (folder) => {
      await writeFile(join(folder, 'added'), 'added by a build\n');
      await writeFile(join(folder, 'Containerfile'), `FROM ${base}\nCOPY added /content/added\n`);
      const build = ['build', '--quiet', '--tls-verify=false', '--isolation=chroot', '--format=oci'];
      const id = (await this.run(...build, `--file=${join(folder, 'Containerfile')}`, folder)).stdout.trim();
      return this.#push(id, reference);
    });
  }

  /** Makes an index of images of the registry and pushes it; returns its digest. */
  async pushIndex(images: readonly string[], reference: string): Promise<string> {
    await this.clear();
    await this.run('manifest', 'create', 'index');
    for (const image of images) await this.run('manifest', 'add', '--tls-verify=false', 'index', `docker://${image}`);
    return this.#pushTo(reference, ['manifest', 'push', '--all', '--format=v2s2', 'index']);
  }

  /** Removes every container and image, so that the next pull starts from nothing. */
  async clear(): Promise<void> {
    await this.run('rm', '--all');
    await this.run('rmi', '--all', '--force');
  }

  run(...args: string[]): Promise<Output> {
    return run('buildah', [...this.#store, ...args], { env: this.#env });
  }

  #push(id: string, reference: string): Promise<string> {
    return this.#pushTo(reference, ['push', '--format=oci', id]);
  }

  async #pushTo(reference: string, [...command]: string[]): Promise<string> {
    return this.#workspace.within('buildah-push', async (folder) => {
      const digest = join(folder, 'digest');
      const image = command.pop() ?? '';
      const options = ['--quiet', '--tls-verify=false', `--digestfile=${digest}`];
      await this.run(...command, ...options, image, `docker://${reference}`);
      return (await readFile(digest, 'utf8')).trim();
    });
  }

  async #fingerprint(id: string): Promise<string> {
    const container = (await this.run('from', '--quiet', '--pull-never', id)).stdout.trim();
    const folder = (await this.run('mount', container)).stdout.trim();
    const hash = fingerprint(folder);
    await this.run('umount', container);
    return hash;
  }
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Output, run } from '../command.ts';
import type { SourceImage } from '../images.ts';
import type { Platform } from '../oci-layout.ts';
import type { Workspace } from '../workspace.ts';
import { type Client, find, type PulledImage, type PullOptions, readIndexLayout, verifyImage } from './client.ts';

export class Skopeo implements Client {
  readonly name = 'skopeo';
  readonly keepsManifest = true;
  readonly #workspace: Workspace;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(workspace: Workspace, env: NodeJS.ProcessEnv) {
    this.#workspace = workspace;
    this.#env = env;
  }

  static async create(workspace: Workspace): Promise<Skopeo> {
    return new Skopeo(workspace, await workspace.environment('skopeo'));
  }

  async version(): Promise<string> {
    return find(/version (\S+)/, (await this.run('--version')).stdout);
  }

  async push(image: SourceImage, reference: string): Promise<string> {
    return this.#copy(`oci:${image.layout}:${image.tag}`, `docker://${reference}`, '--preserve-digests');
  }

  /** Pushes an image of an image layout in the form of Docker, schema 2. */
  async pushSchema2(image: SourceImage, reference: string): Promise<string> {
    return this.#copy(`oci:${image.layout}:${image.tag}`, `docker://${reference}`, '--format=v2s2');
  }

  /** The form `dir:` keeps every kind of manifest as it was. */
  async pull(reference: string, options: PullOptions = {}): Promise<PulledImage> {
    return this.#workspace.within('skopeo', async (folder) => {
      const chosen = options.platform === undefined ? [] : override(options.platform);
      await this.run(...chosen, 'copy', '--src-tls-verify=false', `docker://${reference}`, `dir:${folder}`);
      const manifest = await readFile(join(folder, 'manifest.json'));
      return verifyImage(manifest, undefined, (digest) => join(folder, digest.replace('sha256:', '')));
    });
  }

  /** Copies all platforms from an image layout to a registry; returns the digest of the index. */
  async pushIndex(layout: string, tag: string, reference: string): Promise<string> {
    return this.#copy(`oci:${layout}:${tag}`, `docker://${reference}`, '--all', '--preserve-digests');
  }

  /** Copies from repository to repository, all platforms if there are several. */
  async copy(from: string, to: string): Promise<void> {
    await this.#copy(`docker://${from}`, `docker://${to}`, '--all', '--src-tls-verify=false');
  }

  /** Copies one platform of an index as an image of Docker's schema 2; returns its digest. */
  async copyAsSchema2(from: string, to: string, platform: Platform): Promise<string> {
    const options = ['--src-tls-verify=false', '--format=v2s2', ...override(platform)];
    return this.#copy(`docker://${from}`, `docker://${to}`, ...options);
  }

  /** Pulls an index and all its images; returns the digest of the index. */
  async pullIndex(reference: string): Promise<string> {
    return this.#workspace.within('skopeo-index', async (folder) => {
      const source = ['--all', '--preserve-digests', '--src-tls-verify=false', `docker://${reference}`];
      await this.run('copy', ...source, `oci:${folder}:pulled`);
      return readIndexLayout(folder);
    });
  }

  async tags(repository: string): Promise<string[]> {
    const { stdout } = await this.run('list-tags', '--tls-verify=false', `docker://${repository}`);
    return (JSON.parse(stdout) as { Tags: string[] }).Tags;
  }

  async delete(reference: string): Promise<void> {
    await this.run('delete', '--tls-verify=false', `docker://${reference}`);
  }

  run(...args: string[]): Promise<Output> {
    return run('skopeo', ['--insecure-policy', ...args], { env: this.#env });
  }

  async #copy(from: string, to: string, ...options: string[]): Promise<string> {
    return this.#workspace.within('skopeo', async (folder) => {
      const digest = join(folder, 'digest');
      await this.run('copy', '--dest-tls-verify=false', `--digestfile=${digest}`, ...options, from, to);
      return (await readFile(digest, 'utf8')).trim();
    });
  }
}

function override({ os, architecture }: Platform): string[] {
  return [`--override-os=${os}`, `--override-arch=${architecture}`];
}

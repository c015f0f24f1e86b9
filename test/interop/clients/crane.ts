import { copyFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Output, run } from '../command.ts';
import type { SourceImage, SourceIndex } from '../images.ts';
import { blobPath, type Platform } from '../oci-layout.ts';
import { fingerprint, unpack } from '../root-filesystem.ts';
import { BIN, type Workspace } from '../workspace.ts';
import { type Client, find, type PulledImage, type PullOptions, readIndexLayout, readLayout } from './client.ts';

export class Crane implements Client {
  readonly name = 'crane';
  readonly keepsManifest = true;
  readonly #workspace: Workspace;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(workspace: Workspace, env: NodeJS.ProcessEnv) {
    this.#workspace = workspace;
    this.#env = env;
  }

  static async create(workspace: Workspace): Promise<Crane> {
    return new Crane(workspace, await workspace.environment('crane'));
  }

  async version(): Promise<string> {
    return (await this.run('version')).stdout.trim();
  }

  async push(image: SourceImage, reference: string): Promise<string> {
    return find(/@(sha256:[0-9a-f]{64})/, (await this.run('push', image.layout, reference)).stdout);
  }

  async pull(reference: string, options: PullOptions = {}): Promise<PulledImage> {
    return this.#workspace.within('crane', async (folder) => {
      const chosen = platformFlags(options.platform);
      await this.run('pull', '--format=oci', ...chosen, reference, join(folder, 'layout'));
      const pulled = await readLayout(join(folder, 'layout'));
      if (options.unpacked !== true) return pulled;
      const rootfs = await this.#export(reference, folder);
      return { ...pulled, rootfs };
    });
  }

  /**
   * Pushes an index and all its images; returns the digest of the index.
   *
   * Crane pushes the `index.json` of a layout, so it gets a layout in which that is the index itself.
   */
  async pushIndex({ layout, digest }: SourceIndex, reference: string): Promise<string> {
    return this.#workspace.within('crane-index', async (folder) => {
      await symlink(join(layout, 'blobs'), join(folder, 'blobs'));
      await copyFile(join(layout, 'oci-layout'), join(folder, 'oci-layout'));
      await copyFile(blobPath(layout, digest), join(folder, 'index.json'));
      return find(/@(sha256:[0-9a-f]{64})/, (await this.run('push', '--index', folder, reference)).stdout);
    });
  }

  async copy(from: string, to: string): Promise<void> {
    await this.run('copy', from, to);
  }

  async digest(reference: string): Promise<string> {
    return (await this.run('digest', reference)).stdout.trim();
  }

  /** Pulls an index and all its images; returns the digest of the index. */
  async pullIndex(reference: string): Promise<string> {
    return this.#workspace.within('crane-index', async (folder) => {
      await this.run('pull', '--format=oci', reference, join(folder, 'layout'));
      return readIndexLayout(join(folder, 'layout'));
    });
  }

  run(...args: string[]): Promise<Output> {
    return run(join(BIN, 'crane'), args, { env: this.#env });
  }

  /** The output has one item a line. */
  async lines(...args: string[]): Promise<string[]> {
    return (await this.run(...args)).stdout.split('\n').filter((line) => line !== '');
  }

  async #export(reference: string, folder: string): Promise<string> {
    const tar = join(folder, 'rootfs.tar');
    await this.run('export', reference, tar);
    return this.#workspace.within('crane-rootfs', async (rootfs) => {
      await unpack(tar, rootfs);
      return fingerprint(rootfs);
    });
  }
}

function platformFlags(platform: Platform | undefined): string[] {
  return platform === undefined ? [] : [`--platform=${platform.os}/${platform.architecture}`];
}

import { join } from 'node:path';
import { type Output, run } from '../command.ts';
import type { SourceImage } from '../images.ts';
import { fingerprint, unpack } from '../root-filesystem.ts';
import type { Workspace } from '../workspace.ts';
import { type Client, find, type PulledImage, type PullOptions } from './client.ts';
import { DockerDaemon } from './docker-daemon.ts';

interface Inspection {
  readonly Id: string;
  readonly RootFS: { readonly Layers: string[] };
}

/** Docker with a daemon of its own: no network, no iptables, all its files in the workspace. */
export class Docker implements Client {
  readonly name = 'docker';
  /** It compresses the layers of its own store anew and writes schema 2. */
  readonly keepsManifest = false;
  /** Where its daemon listens, as `DOCKER_HOST` has it. */
  readonly socket: string;
  readonly #workspace: Workspace;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(workspace: Workspace, env: NodeJS.ProcessEnv, socket: string) {
    this.socket = socket;
    this.#workspace = workspace;
    this.#env = { ...env, DOCKER_HOST: socket };
  }

  /** Starts the daemon; it stops when the workspace closes. */
  static async create(workspace: Workspace): Promise<Docker> {
    const folder = await workspace.folder('docker');
    const env = await workspace.environment('docker');
    const daemon = new DockerDaemon(folder, env);
    workspace.onClose(() => daemon.stop());
    const docker = new Docker(workspace, env, daemon.socket);
    await daemon.untilReady(async () => void (await docker.run('info')));
    return docker;
  }

  async version(): Promise<string> {
    const format = '{{.Server.Version}} (client {{.Client.Version}})';
    return (await this.run('version', '--format', format)).stdout.trim();
  }

  async push(image: SourceImage, reference: string): Promise<string> {
    await this.clear();
    await this.#workspace.within('docker-archive', async (folder) => {
      const archive = join(folder, 'image.tar');
      const copy = ['--insecure-policy', 'copy', `oci:${image.layout}:${image.tag}`];
      await run('skopeo', [...copy, `docker-archive:${archive}:${reference}`], { env: this.#env });
      await this.run('load', '--input', archive);
    });
    return this.pushLoaded(reference);
  }

  /** Pushes an image that the daemon holds under this name. */
  async pushLoaded(reference: string): Promise<string> {
    return find(/digest: (sha256:[0-9a-f]{64})/, (await this.run('push', reference)).stdout);
  }

  async pull(reference: string, options: PullOptions = {}): Promise<PulledImage> {
    await this.clear();
    const { platform } = options;
    const chosen = platform === undefined ? [] : [`--platform=${platform.os}/${platform.architecture}`];
    const { stdout } = await this.run('pull', ...chosen, reference);
    const digest = find(/^Digest: (sha256:[0-9a-f]{64})$/m, stdout);
    const inspected = JSON.parse((await this.run('inspect', reference)).stdout) as [Inspection];
    const image = { digest, configDigest: inspected[0].Id, diffIds: inspected[0].RootFS.Layers };
    return options.unpacked === true ? { ...image, rootfs: await this.#fingerprint(reference) } : image;
  }

  /** Makes a manifest list of images of the registry and pushes it; returns its digest. */
  async pushIndex(images: readonly string[], reference: string): Promise<string> {
    await this.run('manifest', 'create', '--insecure', reference, ...images);
    return find(/(sha256:[0-9a-f]{64})/, (await this.run('manifest', 'push', '--insecure', reference)).stdout);
  }

  /** Removes every image, so that the next pull starts from nothing. */
  async clear(): Promise<void> {
    const ids = (await this.run('images', '--all', '--quiet')).stdout.split('\n').filter((id) => id !== '');
    if (ids.length > 0) await this.run('rmi', '--force', ...new Set(ids));
  }

  run(...args: string[]): Promise<Output> {
    return run('/usr/bin/docker', args, { env: this.#env });
  }

  async #fingerprint(reference: string): Promise<string> {
    const container = (await this.run('create', reference)).stdout.trim();
    try {
      return await this.#workspace.within('docker-rootfs', async (folder) => {
        const tar = `${folder}.tar`;
        await this.run('export', '--output', tar, container);
        await unpack(tar, folder);
        return fingerprint(folder);
      });
    } finally {
      await this.run('rm', container);
    }
  }
}

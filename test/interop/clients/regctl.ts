import { join } from 'node:path';
import { type Output, run } from '../command.ts';
import type { SourceImage } from '../images.ts';
import type { Descriptor } from '../oci-layout.ts';
import { BIN, type Workspace } from '../workspace.ts';
import { type Client, find, type PulledImage, type PullOptions, readIndexLayout, readLayout } from './client.ts';

export class Regctl implements Client {
  readonly name = 'regctl';
  readonly keepsManifest = true;
  readonly #workspace: Workspace;
  readonly #env: NodeJS.ProcessEnv;
  readonly #host: string;

  private constructor(workspace: Workspace, env: NodeJS.ProcessEnv, host: string) {
    this.#workspace = workspace;
    this.#env = env;
    this.#host = host;
  }

  /** @param host address and port of the registry, which regctl has to be told because it speaks plain HTTP */
  static async create(workspace: Workspace, host: string): Promise<Regctl> {
    return new Regctl(workspace, await workspace.environment('regctl'), host);
  }

  async version(): Promise<string> {
    return find(/^VCSTag:\s*(\S+)/m, (await this.run('version')).stdout);
  }

  async push(image: SourceImage, reference: string): Promise<string> {
    return this.pushIndex(image.layout, image.tag, reference);
  }

  async pull(reference: string, options: PullOptions = {}): Promise<PulledImage> {
    return this.#workspace.within('regctl', async (folder) => {
      const { platform } = options;
      const chosen = platform === undefined ? [] : [`--platform=${platform.os}/${platform.architecture}`];
      await this.run('image', 'copy', ...chosen, reference, `ocidir://${folder}:pulled`);
      return readLayout(folder);
    });
  }

  /** Copies an image or an index out of an image layout; returns the digest that the registry then names. */
  async pushIndex(layout: string, tag: string, reference: string): Promise<string> {
    await this.run('image', 'copy', `ocidir://${layout}:${tag}`, reference);
    return (await this.run('image', 'digest', reference)).stdout.trim();
  }

  /** Pulls an index and all its images; returns the digest of the index. */
  async pullIndex(reference: string): Promise<string> {
    return this.#workspace.within('regctl-index', async (folder) => {
      await this.run('image', 'copy', reference, `ocidir://${folder}:pulled`);
      return readIndexLayout(folder);
    });
  }

  async copy(from: string, to: string): Promise<void> {
    await this.run('image', 'copy', from, to);
  }

  /** Uploads a file as a blob in chunks of this many bytes; returns the blob's digest. */
  async putInChunks(repository: string, file: string, chunk: number): Promise<string> {
    await this.run('registry', 'set', this.#host, '--tls=disabled', `--blob-chunk=${chunk}`, '--blob-max=1');
    const options = { env: this.#env, stdin: file };
    return (await run(join(BIN, 'regctl'), ['blob', 'put', repository], options)).stdout.trim();
  }

  /** Attaches a file to an image or artifact; returns the new manifest's digest. */
  async attach(subject: string, artifactType: string, file: string): Promise<string> {
    const args = ['artifact', 'put', `--artifact-type=${artifactType}`, `--file=${file}`, `--subject=${subject}`];
    return (await this.run(...args, '--format={{ .Manifest.GetDescriptor.Digest }}')).stdout.trim();
  }

  /** What refers to an image or artifact, all or what has one type. */
  async listArtifacts(reference: string, artifactType?: string): Promise<readonly Descriptor[]> {
    const filter = artifactType === undefined ? [] : [`--filter-artifact-type=${artifactType}`];
    const { stdout } = await this.run('artifact', 'list', ...filter, '--format={{json .Descriptors}}', reference);
    return (JSON.parse(stdout) as Descriptor[] | null) ?? [];
  }

  run(...args: string[]): Promise<Output> {
    return run(join(BIN, 'regctl'), ['--host', `reg=${this.#host},tls=disabled`, ...args], { env: this.#env });
  }
}

import { join } from 'node:path';
import { type Output, run } from '../command.ts';
import type { SourceImage } from '../images.ts';
import type { Descriptor } from '../oci-layout.ts';
import { BIN, type Workspace } from '../workspace.ts';
import { type Client, find, type PulledImage, type PullOptions, readIndexLayout, readLayout } from './client.ts';

export class Oras implements Client {
  readonly name = 'oras';
  readonly keepsManifest = true;
  readonly #workspace: Workspace;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(workspace: Workspace, env: NodeJS.ProcessEnv) {
    this.#workspace = workspace;
    this.#env = env;
  }

  static async create(workspace: Workspace): Promise<Oras> {
    return new Oras(workspace, await workspace.environment('oras'));
  }

  async version(): Promise<string> {
    return find(/^Version:\s*(\S+)/m, (await this.run('version')).stdout);
  }

  async push(image: SourceImage, reference: string): Promise<string> {
    return this.pushIndex(image.layout, image.tag, reference);
  }

  async pull(reference: string, options: PullOptions = {}): Promise<PulledImage> {
    return this.#workspace.within('oras', async (folder) => {
      const { platform } = options;
      const chosen = platform === undefined ? [] : [`--platform=${platform.os}/${platform.architecture}`];
      await this.run('cp', '--from-plain-http', ...chosen, '--to-oci-layout', reference, `${folder}:pulled`);
      return readLayout(folder);
    });
  }

  /** Copies an image or an index out of an image layout; returns its digest. */
  async pushIndex(layout: string, tag: string, reference: string): Promise<string> {
    const { stdout } = await this.run('cp', '--from-oci-layout', '--to-plain-http', `${layout}:${tag}`, reference);
    return digestIn(stdout);
  }

  /** Pulls an index and all its images; returns the digest of the index. */
  async pullIndex(reference: string): Promise<string> {
    return this.#workspace.within('oras-index', async (folder) => {
      await this.run('cp', '--from-plain-http', '--to-oci-layout', reference, `${folder}:pulled`);
      return readIndexLayout(folder);
    });
  }

  /** Pushes a file of the working folder as an artifact; returns the manifest's digest. */
  async pushArtifact(reference: string, artifactType: string, folder: string, file: string): Promise<string> {
    return digestIn(
      (await this.#in(folder, 'push', '--plain-http', `--artifact-type=${artifactType}`, reference, file)).stdout,
    );
  }

  /** Attaches a file of the working folder to an artifact; returns the new manifest's digest. */
  async attach(subject: string, artifactType: string, folder: string, file: string): Promise<string> {
    return digestIn(
      (await this.#in(folder, 'attach', '--plain-http', `--artifact-type=${artifactType}`, subject, file)).stdout,
    );
  }

  /** The direct referrers of an artifact, all or those of one type. */
  async discover(reference: string, artifactType?: string): Promise<readonly Descriptor[]> {
    const filter = artifactType === undefined ? [] : [`--artifact-type=${artifactType}`];
    const { stdout } = await this.run('discover', '--plain-http', '--format=json', ...filter, reference);
    return (JSON.parse(stdout) as { referrers?: Descriptor[] }).referrers ?? [];
  }

  run(...args: string[]): Promise<Output> {
    return run(join(BIN, 'oras'), args, { env: this.#env });
  }

  #in(folder: string, ...args: string[]): Promise<Output> {
    return run(join(BIN, 'oras'), args, { env: this.#env, cwd: folder });
  }
}

function digestIn(text: string): string {
  return find(/^Digest: (sha256:[0-9a-f]{64})$/m, text);
}

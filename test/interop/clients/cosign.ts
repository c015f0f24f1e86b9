import { join } from 'node:path';
import { type Output, run } from '../command.ts';
import { BIN, type Workspace } from '../workspace.ts';
import { find } from './client.ts';

const PLAIN_HTTP = ['--allow-http-registry', '--allow-insecure-registry'];

/** Signs and verifies without any service: a key pair in files, no transparency log. */
export class Cosign {
  readonly #env: NodeJS.ProcessEnv;

  private constructor(env: NodeJS.ProcessEnv) {
    this.#env = { ...env, COSIGN_PASSWORD: '', COSIGN_EXPERIMENTAL: '1' };
  }

  static async create(workspace: Workspace): Promise<Cosign> {
    return new Cosign(await workspace.environment('cosign'));
  }

  async version(): Promise<string> {
    return find(/^GitVersion:\s*(\S+)/m, (await this.#run(undefined, 'version')).stdout);
  }

  /** Writes `cosign.key` and `cosign.pub`. */
  async makeKeys(folder: string): Promise<void> {
    await this.#run(folder, 'generate-key-pair');
  }

  /** @param mode where the signature goes: a tag beside the image, or a referrer */
  async sign(reference: string, key: string, mode: 'legacy' | 'oci-1-1'): Promise<void> {
    const options = ['--tlog-upload=false', '--yes', `--registry-referrers-mode=${mode}`];
    await this.#run(undefined, 'sign', `--key=${key}`, ...options, ...PLAIN_HTTP, reference);
  }

  /** @throws CommandError when no signature of this key is found */
  async verify(reference: string, key: string, mode: 'legacy' | 'oci-1-1'): Promise<void> {
    const referrers = mode === 'oci-1-1' ? ['--experimental-oci11'] : [];
    await this.#run(
      undefined,
      'verify',
      `--key=${key}`,
      '--insecure-ignore-tlog',
      ...referrers,
      ...PLAIN_HTTP,
      reference,
    );
  }

  #run(cwd: string | undefined, ...args: string[]): Promise<Output> {
    return run(join(BIN, 'cosign'), args, { env: this.#env, ...(cwd === undefined ? {} : { cwd }) });
  }
}

import { type Stats, unwatchFile, watchFile } from 'node:fs';
import { type AccessRequest, Authorizer, type Decision, type Policy } from '#libs/access';
import { readPolicy } from './read-policy.js';

/** How often the file is looked at, in milliseconds. */
const INTERVAL = 2_000;

export interface PolicyFileOptions {
  /** In milliseconds. */
  readonly interval?: number;
  /** The file was changed, and is in force. */
  onReload?(): void;
  /** The file was changed, and cannot be used: the policy stays as it was. */
  onError?(error: unknown): void;
}

/** Decides by the policy in a file, and goes by its changes within seconds. */
export class PolicyFile extends Authorizer {
  private readonly look: (now: Stats) => void;
  private reading: Promise<void> = Promise.resolve();

  private constructor(
    private readonly path: string,
    private policy: Policy,
    private readonly options: PolicyFileOptions,
  ) {
    super();
    this.look = () => {
      this.reading = this.reading.then(() => this.reload());
    };
    watchFile(path, { interval: options.interval ?? INTERVAL, persistent: false }, this.look);
  }

  /** Throws a `PolicyFileError` when the file cannot be used. */
  static async open(path: string, options: PolicyFileOptions = {}): Promise<PolicyFile> {
    return new PolicyFile(path, await readPolicy(path), options);
  }

  override decide(request: AccessRequest): Decision {
    return this.policy.decide(request);
  }

  override async close(): Promise<void> {
    unwatchFile(this.path, this.look);
    await this.reading;
  }

  private async reload(): Promise<void> {
    try {
      this.policy = await readPolicy(this.path);
      this.options.onReload?.();
    } catch (error) {
      this.options.onError?.(error);
    }
  }
}

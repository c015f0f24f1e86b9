import { Storage } from '@google-cloud/storage';
import type { GcsStoreOptions } from './gcs-store-options.js';

/** Signed URLs hold for a week at most. */
const MAX_EXPIRES_IN = 7 * 24 * 3_600_000;

/** Who this process is to the service. */
export interface GcsIdentity {
  /** Those that every request has. */
  headers(): Promise<Record<string, string>>;
  /** A URL that whoever has it may read the object with for so many milliseconds, or null where none can be made. */
  sign(bucket: string, key: string, expiresIn: number): Promise<string | null>;
}

/** Nobody in particular. */
export const ANONYMOUS: GcsIdentity = {
  headers: async () => ({}),
  sign: async () => null,
};

/** The service account of a key, or whoever runs this process. Only who has a key here signs; no other service is asked to. */
export class AccountIdentity implements GcsIdentity {
  private readonly storage: Storage;
  private hasKey: Promise<boolean> | null = null;

  constructor({ endpoint, keyFile }: Pick<GcsStoreOptions, 'endpoint' | 'keyFile'>) {
    this.storage = new Storage({
      ...(endpoint !== undefined && { apiEndpoint: endpoint }),
      ...(keyFile !== undefined && { keyFilename: keyFile }),
    });
  }

  async headers(): Promise<Record<string, string>> {
    return Object.fromEntries(await this.storage.authClient.getRequestHeaders());
  }

  async sign(bucket: string, key: string, expiresIn: number): Promise<string | null> {
    this.hasKey ??= this.findKey();
    if (!(await this.hasKey)) return null;
    const expires = Date.now() + Math.min(expiresIn, MAX_EXPIRES_IN);
    const [url] = await this.storage.bucket(bucket).file(key).getSignedUrl({ version: 'v4', action: 'read', expires });
    return url;
  }

  private async findKey(): Promise<boolean> {
    try {
      return (await this.storage.authClient.getCredentials()).private_key !== undefined;
    } catch (error) {
      this.hasKey = null;
      throw error;
    }
  }
}

import { AnonymousCredential, type BlobClient } from '@azure/storage-blob';
import type { AzureAccess, CopySource } from './azure-access.js';

/**
 * With a shared access signature, which is part of every URL. It cannot make one for others, and is not for them: it may
 * do more than to read one blob.
 */
export class SasAccess implements AzureAccess {
  readonly credential = new AnonymousCredential();

  async copySource(blob: BlobClient): Promise<CopySource> {
    return { url: blob.url };
  }

  async sign(): Promise<null> {
    return null;
  }
}

import {
  type BlobClient,
  BlobSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import type { AzureAccess, CopySource } from './azure-access.js';

/** Longer than the service may take to copy a block. */
const COPY_LIFETIME = 3_600_000;

/** With the key of the account. */
export class KeyAccess implements AzureAccess {
  readonly credential: StorageSharedKeyCredential;

  constructor(account: string, key: string) {
    this.credential = new StorageSharedKeyCredential(account, key);
  }

  async copySource(blob: BlobClient): Promise<CopySource> {
    return { url: await this.sign(blob, COPY_LIFETIME) };
  }

  async sign(blob: BlobClient, expiresIn: number): Promise<string> {
    const sas = generateBlobSASQueryParameters(
      {
        containerName: blob.containerName,
        blobName: blob.name,
        permissions: BlobSASPermissions.from({ read: true }),
        expiresOn: new Date(Date.now() + expiresIn),
      },
      this.credential,
    );
    return `${blob.url}?${sas}`;
  }
}

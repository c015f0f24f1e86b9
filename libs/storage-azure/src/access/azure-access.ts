import type { BlobClient, HttpAuthorization, newPipeline } from '@azure/storage-blob';

/** Where the service itself reads the source of a copy. Both may be secret. */
export interface CopySource {
  readonly url: string;
  readonly authorization?: HttpAuthorization;
}

/** How one proves to the service who one is. */
export interface AzureAccess {
  readonly credential: NonNullable<Parameters<typeof newPipeline>[0]>;
  copySource(blob: BlobClient): Promise<CopySource>;
  /** A URL that whoever has it may read the blob with for so many milliseconds, or null where none can be made. */
  sign(blob: BlobClient, expiresIn: number): Promise<string | null>;
}

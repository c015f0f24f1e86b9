import { randomUUID } from 'node:crypto';
import type { Agent } from 'node:http';
import {
  type ByteSpan,
  type ListRequest,
  listPage,
  newUploadId,
  type ObjectInfo,
  type ObjectPage,
  ObjectStore,
  type ObjectStoreTraits,
  type OpenObject,
  type PartUpload,
  type PutOptions,
  type SignOptions,
  type StoredPart,
  timeOfUpload,
} from '#libs/object-storage';
import type { AzureAccess } from './access/azure-access.js';
import type { AzureCalls } from './azure-calls.js';
import { headBlob, openBlob } from './azure-content.js';
import type { BlobCopier } from './azure-copy.js';
import { deleteBlobs } from './azure-deletion.js';
import { errorStatus, isMissing } from './azure-error.js';
import { listBlobs } from './azure-listing.js';
import { AbortedUploads, blockId, commitBlocks, uncommittedUploads } from './azure-parts.js';

/** Names the try that made a blob. */
const TRY = 'stowagetry';

/**
 * A container of Azure Blob Storage, with block blobs.
 *
 * Parts are blocks that are staged at the key itself and not committed. What follows from that:
 *
 * - Whatever is put at the key, in one piece or from parts, drops the blocks of all other uploads to this key, and their
 *   completion rejects with `PartsGoneError`. With keys that are made from digests, the same content is there then.
 * - Completing an upload once more, while the blob is what it made, resolves and changes nothing.
 * - The service has no call to drop blocks; it does so itself a week after the last was staged. An upload that was aborted
 *   is refused from then on by this process only, and other processes still find it among the unfinished ones.
 * - Blocks that are staged at a key where a blob is are not found among the unfinished ones.
 */
export class AzureStore extends ObjectStore {
  override readonly name = 'azure';
  override readonly traits: ObjectStoreTraits = { minPartSize: 1, maxParts: 50_000, putsIfAbsent: true };
  private readonly aborted = new AbortedUploads();

  constructor(
    private readonly calls: AzureCalls,
    private readonly access: AzureAccess,
    private readonly agent: Agent,
    private readonly copier: BlobCopier,
  ) {
    super();
  }

  override async head(key: string): Promise<ObjectInfo | null> {
    return headBlob(this.calls, key);
  }

  override async get(key: string, span?: ByteSpan): Promise<OpenObject | null> {
    return openBlob(this.calls, key, span);
  }

  override async put(key: string, content: Uint8Array, { ifAbsent = false }: PutOptions = {}): Promise<boolean> {
    const blob = this.calls.container.getBlockBlobClient(key);
    if (ifAbsent) return this.putIfAbsent(key, content);
    await this.calls.call('put', () => blob.upload(content, content.length));
    return true;
  }

  override async delete(keys: readonly string[]): Promise<void> {
    await deleteBlobs(this.calls, keys);
  }

  override async list(request: ListRequest): Promise<ObjectPage> {
    return listPage(request, (raw) => listBlobs(this.calls, raw));
  }

  override async copy(source: string, destination: string, size: number): Promise<boolean> {
    return this.copier.copy(source, destination, size);
  }

  override async beginParts(key: string): Promise<PartUpload> {
    return { key, id: newUploadId() };
  }

  override async putPart(upload: PartUpload, number: number, content: Uint8Array): Promise<StoredPart> {
    this.aborted.refuse(upload);
    const tag = blockId(upload, number);
    const blob = this.calls.container.getBlockBlobClient(upload.key);
    await this.calls.call('put a part', () => blob.stageBlock(tag, content, content.length));
    return { number, size: content.length, tag };
  }

  override async copyPart(
    upload: PartUpload,
    number: number,
    source: string,
    span: Required<ByteSpan>,
  ): Promise<StoredPart> {
    this.aborted.refuse(upload);
    if (!(await this.copier.copyBlock(upload, number, source, span))) {
      throw this.calls.unavailable('copy a part', new Error('the source is gone'));
    }
    return { number, size: span.end - span.start + 1, tag: blockId(upload, number) };
  }

  override async completeParts(upload: PartUpload, parts: readonly StoredPart[]): Promise<void> {
    this.aborted.refuse(upload);
    await commitBlocks(this.calls, upload, parts);
  }

  override async abortParts(upload: PartUpload): Promise<void> {
    this.aborted.add(upload);
  }

  override async *unfinishedParts(prefix: string, before: Date): AsyncIterable<PartUpload> {
    for await (const upload of uncommittedUploads(this.calls, prefix)) {
      if (timeOfUpload(upload.id) < before && !this.aborted.has(upload)) yield upload;
    }
  }

  override async sign(key: string, { expiresIn }: SignOptions): Promise<string | null> {
    const blob = this.calls.container.getBlobClient(key);
    return this.calls.call('sign', () => this.access.sign(blob, expiresIn));
  }

  override async close(): Promise<void> {
    this.agent.destroy();
  }

  private async putIfAbsent(key: string, content: Uint8Array): Promise<boolean> {
    const blob = this.calls.container.getBlockBlobClient(key);
    const metadata = { [TRY]: randomUUID() };
    return this.calls.call('put', async (isFirst) => {
      try {
        await blob.upload(content, content.length, { metadata, conditions: { ifNoneMatch: '*' } });
        return true;
      } catch (error) {
        const isThere = errorStatus(error) === 409 || errorStatus(error) === 412;
        if (!isThere) throw error;
        return !isFirst && (await this.isMadeBy(key, metadata[TRY]));
      }
    });
  }

  /** Whether a try whose answer was lost had put the blob. */
  private async isMadeBy(key: string, id: string | undefined): Promise<boolean> {
    try {
      const { metadata } = await this.calls.container.getBlobClient(key).getProperties();
      return metadata?.[TRY] === id;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }
}

import { type ByteSpan, newUploadId, type PartUpload } from '#libs/object-storage';
import { eachOf } from '#libs/storage';
import type { AzureAccess } from './access/azure-access.js';
import type { AzureCalls } from './azure-calls.js';
import { errorCode, errorStatus } from './azure-error.js';
import { blockId, commitBlocks } from './azure-parts.js';

export interface CopySizes {
  /** Bytes that are copied in one call; the service takes as many as this. */
  readonly whole: number;
  /** Bytes of each block of a larger copy. */
  readonly block: number;
}

const MEBIBYTE = 1024 * 1024;
const SIZES: CopySizes = { whole: 256 * MEBIBYTE, block: 128 * MEBIBYTE };

/**
 * Copies inside the service. It has a call that copies a blob of any size in the background, too, but the blob is there,
 * empty, before that is done. So a large one is put together from blocks, which the service reads from the source, several
 * at a time, and appears whole.
 */
export class BlobCopier {
  constructor(
    private readonly calls: AzureCalls,
    private readonly access: AzureAccess,
    private readonly concurrency: number,
    private readonly sizes = SIZES,
  ) {}

  /** Resolves to whether the source was there. */
  async copy(source: string, destination: string, size: number): Promise<boolean> {
    return size <= this.sizes.whole
      ? this.copyWhole(source, destination)
      : this.copyInBlocks(source, destination, size);
  }

  /** Resolves to whether the source was there. */
  async copyBlock(upload: PartUpload, number: number, source: string, span: Required<ByteSpan>): Promise<boolean> {
    const { container } = this.calls;
    const blob = container.getBlockBlobClient(upload.key);
    return this.ifThere('copy a part', async () => {
      const { url, authorization } = await this.access.copySource(container.getBlobClient(source));
      await blob.stageBlockFromURL(blockId(upload, number), url, span.start, span.end - span.start + 1, {
        ...(authorization && { sourceAuthorization: authorization }),
      });
    });
  }

  private async copyWhole(source: string, destination: string): Promise<boolean> {
    const { container } = this.calls;
    return this.ifThere('copy', async () => {
      const { url, authorization } = await this.access.copySource(container.getBlobClient(source));
      await container.getBlobClient(destination).syncCopyFromURL(url, {
        ...(authorization && { sourceAuthorization: authorization }),
      });
    });
  }

  private async copyInBlocks(source: string, destination: string, size: number): Promise<boolean> {
    const upload = { key: destination, id: newUploadId() };
    const { block } = this.sizes;
    const blocks = Array.from({ length: Math.ceil(size / block) }, (_, i) => ({
      number: i + 1,
      span: { start: i * block, end: Math.min((i + 1) * block, size) - 1 },
    }));
    const copied = await eachOf(blocks, this.concurrency, ({ number, span }) =>
      this.copyBlock(upload, number, source, span),
    );
    if (!copied.every(Boolean)) return false;
    const parts = blocks.map(({ number, span }) => ({
      number,
      size: span.end - span.start + 1,
      tag: blockId(upload, number),
    }));
    await commitBlocks(this.calls, upload, parts);
    return true;
  }

  private async ifThere(operation: string, work: () => Promise<void>): Promise<boolean> {
    return this.calls.call(operation, async () => {
      try {
        await work();
        return true;
      } catch (error) {
        if (isSourceMissing(error)) return false;
        throw error;
      }
    });
  }
}

function isSourceMissing(error: unknown): boolean {
  if (errorStatus(error) !== 404) return false;
  return errorCode(error) === 'BlobNotFound' || errorCode(error) === 'CannotVerifyCopySource';
}

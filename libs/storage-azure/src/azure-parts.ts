import { PartsGoneError, type PartUpload, type StoredPart } from '#libs/object-storage';
import type { AzureCalls } from './azure-calls.js';
import { errorCode } from './azure-error.js';

/** Names of the blocks of one blob must be of one length. */
const NUMBER_LENGTH = 5;
const BLOCK_NAME = new RegExp(`^([0-9a-f]{32})-\\d{${NUMBER_LENGTH}}$`);

/** How many aborted uploads are remembered. */
const MAX_ABORTED = 10_000;

export function blockId({ id }: PartUpload, number: number): string {
  return Buffer.from(`${id}-${String(number).padStart(NUMBER_LENGTH, '0')}`).toString('base64');
}

/** Null for a block that somebody else has staged. */
function uploadOfBlock(id: string): string | null {
  return BLOCK_NAME.exec(Buffer.from(id, 'base64').toString())?.[1] ?? null;
}

/** Puts a blob together from its blocks, which drops all other blocks of the blob that are not committed. */
export async function commitBlocks(calls: AzureCalls, upload: PartUpload, parts: readonly StoredPart[]): Promise<void> {
  const blob = calls.container.getBlockBlobClient(upload.key);
  await calls.call('complete parts', async () => {
    try {
      await blob.commitBlockList(parts.map(({ tag }) => tag));
    } catch (error) {
      if (errorCode(error) === 'InvalidBlockList') throw new PartsGoneError(upload.key, { cause: error });
      throw error;
    }
  });
}

/** Which uploads have blocks that are not committed, at keys where no blob is. */
export async function* uncommittedUploads(calls: AzureCalls, prefix: string): AsyncIterable<PartUpload> {
  for await (const key of blobsWithoutContent(calls, prefix)) {
    for (const id of await uploadsOf(calls, key)) yield { key, id };
  }
}

async function* blobsWithoutContent(calls: AzureCalls, prefix: string): AsyncIterable<string> {
  const options = { prefix, includeUncommitedBlobs: true };
  let marker: string | undefined;
  do {
    const page = await calls.call('list parts', async () => {
      const settings = marker === undefined ? {} : { continuationToken: marker };
      const { value } = await calls.container.listBlobsFlat(options).byPage(settings).next();
      return value;
    });
    for (const { name, properties } of page?.segment.blobItems ?? []) {
      if (!properties.contentLength) yield name;
    }
    marker = page?.continuationToken || undefined;
  } while (marker !== undefined);
}

async function uploadsOf(calls: AzureCalls, key: string): Promise<ReadonlySet<string>> {
  const blocks = await calls.call('list blocks', async () => {
    try {
      return (await calls.container.getBlockBlobClient(key).getBlockList('uncommitted')).uncommittedBlocks ?? [];
    } catch (error) {
      if (errorCode(error) === 'BlobNotFound') return [];
      throw error;
    }
  });
  return new Set(blocks.flatMap(({ name }) => uploadOfBlock(name) ?? []));
}

/** The uploads that this process has aborted. */
export class AbortedUploads {
  private readonly ids = new Set<string>();

  add({ id }: PartUpload): void {
    this.ids.add(id);
    const [oldest] = this.ids;
    if (oldest !== undefined && this.ids.size > MAX_ABORTED) this.ids.delete(oldest);
  }

  has({ id }: PartUpload): boolean {
    return this.ids.has(id);
  }

  /** @throws PartsGoneError */
  refuse(upload: PartUpload): void {
    if (this.has(upload)) throw new PartsGoneError(upload.key);
  }
}

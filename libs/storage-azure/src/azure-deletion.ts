import type { BatchSubResponse } from '@azure/storage-blob';
import type { AzureCalls } from './azure-calls.js';
import { isMissing } from './azure-error.js';

/** What one call takes. */
const MAX_BATCH = 256;

/** Deletes blobs, and their snapshots; those that are not there are passed over. */
export async function deleteBlobs(calls: AzureCalls, keys: readonly string[]): Promise<void> {
  const [first] = keys;
  if (first === undefined) return;
  if (keys.length === 1) return deleteOne(calls, first);
  for (let start = 0; start < keys.length; start += MAX_BATCH) {
    await deleteBatch(calls, keys.slice(start, start + MAX_BATCH));
  }
}

async function deleteOne(calls: AzureCalls, key: string): Promise<void> {
  await calls.call('delete', async () => {
    try {
      await calls.container.getBlobClient(key).delete({ deleteSnapshots: 'include' });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  });
}

async function deleteBatch(calls: AzureCalls, keys: readonly string[]): Promise<void> {
  const blobs = keys.map((key) => calls.container.getBlobClient(key));
  const { subResponses } = await calls.call('delete', () =>
    calls.container.getBlobBatchClient().deleteBlobs(blobs, { deleteSnapshots: 'include' }),
  );
  const failed = keys.filter((_, i) => !isDeleted(subResponses[i]));
  for (const key of failed) await deleteOne(calls, key);
}

function isDeleted(answer: BatchSubResponse | undefined): boolean {
  return answer?.status === 202 || answer?.errorCode === 'BlobNotFound';
}

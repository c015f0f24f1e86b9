import { eachOf } from '#libs/storage';
import type { S3Bucket } from './s3-bucket.js';
import { isMissing } from './s3-error.js';
import { abortParts, beginParts, completeParts, copyPart } from './s3-parts.js';

export const MAX_PARTS = 10_000;

/** Copies an object inside the service, several parts at a time. Resolves to whether the source was there. */
export async function copyInParts(
  bucket: S3Bucket,
  source: string,
  destination: string,
  size: number,
): Promise<boolean> {
  const { copyPartSize, copyConcurrency } = bucket.options;
  const partSize = Math.max(copyPartSize, Math.ceil(size / MAX_PARTS));
  // Nothing of the content goes over the network.
  const upload = await beginParts(bucket, destination, 'when-required');
  const starts = Array.from({ length: Math.ceil(size / partSize) }, (_, i) => i * partSize);
  try {
    const parts = await eachOf(starts, copyConcurrency, (start, i) =>
      copyPart(bucket, upload, i + 1, source, { start, end: Math.min(start + partSize, size) - 1 }),
    );
    await completeParts(bucket, upload, parts);
    return true;
  } catch (error) {
    // No copy runs any more: a part that comes after the upload was aborted would stay.
    await abortParts(bucket, upload);
    if (isMissing(error)) return false;
    throw error;
  }
}

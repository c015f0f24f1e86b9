import { type _Error, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { eachOf } from '#libs/storage';
import { backOff } from './backoff.js';
import type { S3Bucket } from './s3-bucket.js';
import { answerTo, S3RequestError, unavailable } from './s3-error.js';

/** Keys that one request may name. */
const BATCH = 1000;

const BATCHES_AT_ONCE = 4;

/** Deletes objects, many with each request. */
export async function deleteObjects(bucket: S3Bucket, keys: readonly string[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(keys.length / BATCH) }, (_, i) =>
    keys.slice(i * BATCH, (i + 1) * BATCH),
  );
  await eachOf(batches, BATCHES_AT_ONCE, (batch) => deleteBatch(bucket, batch));
}

/** The answer names those keys that could not be deleted; they are tried again. */
async function deleteBatch({ client, options }: S3Bucket, keys: readonly string[]): Promise<void> {
  let left = keys;
  for (let attempt = 1; ; attempt++) {
    const command = new DeleteObjectsCommand({
      Bucket: options.bucket,
      Delete: { Objects: left.map((Key) => ({ Key })), Quiet: true },
    });
    const { Errors = [] } = await answerTo('DeleteObjects', client.send(command));
    const refused = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
    const [first] = refused;
    if (!first) return;
    if (attempt === options.maxAttempts) throw unavailable('DeleteObjects', reasonOf(first, attempt));
    left = refused.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
    await backOff(attempt);
  }
}

function reasonOf({ Code = 'unknown', Message = '' }: _Error, attempts: number): S3RequestError {
  return new S3RequestError('DeleteObjects', Code, 200, attempts, Message);
}

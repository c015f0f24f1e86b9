import { buffer } from 'node:stream/consumers';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { backOff } from './backoff.js';
import { openContent } from './opening.js';
import { CONTENT_TYPE, named, type S3Bucket } from './s3-bucket.js';
import { answerTo, isRefused, S3RequestError, unavailable } from './s3-error.js';

/**
 * Puts an object where none has the key; resolves to whether it was put.
 *
 * The answer to a first attempt may be lost, and the second then finds what the first has put. So whoever was refused
 * after several attempts looks at what is there: where that is the same content, it was put. Callers who must not take
 * the content of others for theirs give it something that only they have.
 */
export async function putIfAbsent(bucket: S3Bucket, key: string, content: Uint8Array): Promise<boolean> {
  const { client, options, parameters } = bucket;
  for (let attempt = 1; ; attempt++) {
    const command = new PutObjectCommand({
      ...named(bucket, key),
      ...parameters.writing,
      ContentType: CONTENT_TYPE,
      IfNoneMatch: '*',
      Body: content,
    });
    try {
      await answerTo('PutObject', client.send(command));
      return true;
    } catch (error) {
      if (isRefused(error, 'PreconditionFailed')) {
        const wasSentOnce = attempt === 1 && error.attempts === 1;
        return wasSentOnce ? false : isThere(bucket, key, content);
      }
      // Another request for the key was on its way, and what became of it is not known.
      if (!(error instanceof S3RequestError) || error.status !== 409) throw error;
      if (attempt === options.maxAttempts) throw unavailable('PutObject', error);
      await backOff(attempt);
    }
  }
}

async function isThere(bucket: S3Bucket, key: string, content: Uint8Array): Promise<boolean> {
  const opened = await openContent(bucket, key, { start: 0 });
  if (!opened) return false;
  if (opened.info.size === content.length) return (await buffer(opened.content)).equals(content);
  opened.content.destroy();
  return false;
}

import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { type ByteSpan, type ObjectInfo, type OpenObject, ResumingContent } from '#libs/object-storage';
import { type GcsBucket, toObject } from './gcs-bucket.js';
import { hasStatus, isMissing } from './gcs-error.js';

/** Null where there is no such object. */
export async function headObject(bucket: GcsBucket, key: string): Promise<ObjectInfo | null> {
  const found = await bucket.find(key);
  return found && toObject(found);
}

/** Opens an object. The content goes on after a broken connection while the object is of the same generation. */
export async function openObject(
  bucket: GcsBucket,
  key: string,
  span: ByteSpan = { start: 0 },
): Promise<OpenObject | null> {
  const answer = await bucket.call('read', () => download(bucket, key, span));
  if (answer === null) return null;
  if (answer === 'behind the end') {
    const info = await headObject(bucket, key);
    return info && { info, content: Readable.from([]) };
  }
  const { size, length } = sizesOf(answer);
  const generation = answer.headers['x-goog-generation'];
  const info = await infoOf(bucket, key, size, answer);
  if (info === null) {
    answer.destroy();
    return null;
  }
  const content = new ResumingContent(answer, {
    length,
    maxBreaks: bucket.maxAttempts,
    failure: (cause) => bucket.unavailable('read', cause),
    open: async (offset) => {
      const rest = { start: span.start + offset, end: span.start + length - 1 };
      const next = await bucket.call('read on', () => download(bucket, key, rest, String(generation)));
      if (next === null || next === 'behind the end')
        throw bucket.unavailable('read on', new Error('the object is gone'));
      if (next.headers['x-goog-generation'] === generation) return next;
      next.destroy();
      throw bucket.unavailable('read on', new Error('the object was replaced'));
    },
  });
  return { info, content };
}

async function download(
  bucket: GcsBucket,
  key: string,
  { start, end }: ByteSpan,
  generation?: string,
): Promise<IncomingMessage | 'behind the end' | null> {
  const isWhole = start === 0 && end === undefined;
  try {
    return await bucket.connection.send({
      method: 'GET',
      path: bucket.pathOf(key),
      query: { alt: 'media', ifGenerationMatch: generation },
      ...(!isWhole && { headers: { range: `bytes=${start}-${end ?? ''}` } }),
    });
  } catch (error) {
    if (isMissing(error)) return null;
    if (hasStatus(error, 416)) return 'behind the end';
    throw error;
  }
}

/** The time is read separately where the answer does not tell it. */
async function infoOf(
  bucket: GcsBucket,
  key: string,
  size: number,
  { headers }: IncomingMessage,
): Promise<ObjectInfo | null> {
  const modified = headers['last-modified'];
  return modified === undefined ? headObject(bucket, key) : { key, size, modifiedAt: new Date(modified) };
}

/** Bytes of the whole object, and of what the answer has of it. */
function sizesOf({ headers }: IncomingMessage): { size: number; length: number } {
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '');
  if (range) return { size: Number(range[3]), length: Number(range[2]) - Number(range[1]) + 1 };
  const size = Number(headers['x-goog-stored-content-length'] ?? headers['content-length']);
  return { size, length: size };
}

import { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { type ByteSpan, type OpenObject, ResumingContent } from '#libs/object-storage';
import { backOff } from './backoff.js';
import { DirectBody, mayReceiveDirectly } from './direct-body.js';
import { headObject, infoOf, named, type S3Bucket } from './s3-bucket.js';
import { answerTo, ifPresent, isRefused, unavailable } from './s3-error.js';
import type { FoundObject } from './signed-reads.js';

/** Opens an object for reading; null where no object has the key. */
export async function openContent(bucket: S3Bucket, key: string, span: ByteSpan): Promise<OpenObject | null> {
  const first = await requestContent(bucket, key, span);
  if (first === null) return null;
  if (first === 'behind the end') return openNothing(bucket, key);
  const { info, start, end, body, version } = opened(key, first);
  if (start !== span.start) {
    body.destroy();
    throw unavailable('GetObject', new Error('the service ignores ranges'));
  }
  const content = new ResumingContent(body, {
    length: end - start + 1,
    maxBreaks: bucket.options.maxAttempts,
    failure: (cause) => unavailable('GetObject', cause),
    open: async (offset, breaks, abandoned) => {
      if (breaks > 0) await backOff(breaks, abandoned);
      const next = await requestContent(bucket, key, { start: start + offset, end }, abandoned);
      if (next === null || next === 'behind the end') throw replaced();
      const more = opened(key, next);
      if (more.start === start + offset && more.version === version) return more.body;
      more.body.destroy();
      throw replaced();
    },
  });
  return { info, content };
}

function replaced() {
  return unavailable('GetObject', new Error('the object was replaced while it was read'));
}

async function requestContent(bucket: S3Bucket, key: string, { start, end }: ByteSpan, signal?: AbortSignal) {
  const input = {
    ...named(bucket, key),
    ...bucket.parameters.reading,
    // An empty object has no range, not even of its first byte on.
    ...((start > 0 || end !== undefined) && { Range: `bytes=${start}-${end ?? ''}` }),
  };
  try {
    return await ifPresent(answerTo('GetObject', bucket.reads.get(input, signal)));
  } catch (error) {
    if (isRefused(error, 'InvalidRange')) return 'behind the end';
    throw error;
  }
}

/** An object of which nothing is to be read. */
async function openNothing(bucket: S3Bucket, key: string): Promise<OpenObject | null> {
  const found = await headObject(bucket, key);
  return found && { info: infoOf(key, found), content: Readable.from([]) };
}

/** What an answer gives: from `start` to `end`, included, of an object of this version. */
function opened(key: string, { Body, ContentLength = 0, ContentRange, ETag, LastModified }: FoundObject) {
  const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(ContentRange ?? '');
  const [start, end, size] = range
    ? [Number(range[1]), Number(range[2]), Number(range[3])]
    : [0, ContentLength - 1, ContentLength];
  const modifiedAt = LastModified ?? new Date(0);
  return {
    info: { key, size, modifiedAt },
    start,
    end,
    body: bodyOf(Body as Readable),
    version: `${ETag} ${size} ${modifiedAt.getTime()}`,
  };
}

function bodyOf(body: Readable): Readable {
  return body instanceof IncomingMessage && mayReceiveDirectly(body) ? new DirectBody(body) : body;
}

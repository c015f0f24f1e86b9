import { Readable } from 'node:stream';
import type { BlobDownloadResponseParsed } from '@azure/storage-blob';
import { type ByteSpan, type ObjectInfo, type OpenObject, ResumingContent } from '#libs/object-storage';
import type { AzureCalls } from './azure-calls.js';
import { errorCode, isMissing } from './azure-error.js';

/**
 * Opens a blob. The library has content that goes on after a broken connection, too, but it gives up when a connection is
 * reset; so it is told to leave that alone.
 */
export async function openBlob(
  calls: AzureCalls,
  key: string,
  span: ByteSpan = { start: 0 },
): Promise<OpenObject | null> {
  const answer = await calls.call('read', () => download(calls, key, span));
  if (answer === null) return null;
  if (answer === 'behind the end') {
    const info = await headBlob(calls, key);
    return info && { info, content: Readable.from([]) };
  }
  const { contentLength: length = 0, contentRange, etag, lastModified } = answer;
  const info = { key, size: sizeOf(contentRange) ?? length, modifiedAt: lastModified ?? new Date(0) };
  const content = new ResumingContent(streamOf(answer), {
    length,
    maxBreaks: calls.maxAttempts,
    failure: (cause) => calls.unavailable('read', cause),
    open: (offset) => continueBlob(calls, key, { start: span.start + offset, end: span.start + length - 1 }, etag),
  });
  return { info, content };
}

/** Null where there is no such blob. */
export async function headBlob(calls: AzureCalls, key: string): Promise<ObjectInfo | null> {
  return calls.call('head', async () => {
    try {
      const { contentLength = 0, lastModified = new Date(0) } = await calls.container
        .getBlobClient(key)
        .getProperties();
      return { key, size: contentLength, modifiedAt: lastModified };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  });
}

async function continueBlob(calls: AzureCalls, key: string, span: ByteSpan, etag = ''): Promise<Readable> {
  const answer = await calls.call('read on', () => download(calls, key, span, etag));
  if (answer === null || answer === 'behind the end')
    throw calls.unavailable('read on', new Error('the object is gone'));
  return streamOf(answer);
}

async function download(
  { container }: AzureCalls,
  key: string,
  { start, end }: ByteSpan,
  ifMatch?: string,
): Promise<BlobDownloadResponseParsed | 'behind the end' | null> {
  try {
    const count = end === undefined ? undefined : end - start + 1;
    return await container.getBlobClient(key).download(start, count, {
      maxRetryRequests: 0,
      ...(ifMatch && { conditions: { ifMatch } }),
    });
  } catch (error) {
    if (isMissing(error)) return null;
    if (errorCode(error) === 'InvalidRange') return 'behind the end';
    throw error;
  }
}

function streamOf({ readableStreamBody }: BlobDownloadResponseParsed): Readable {
  if (readableStreamBody instanceof Readable) return readableStreamBody;
  throw new Error('the answer has no content');
}

/** That of the whole blob, from a header such as `bytes 2-3/10`. */
function sizeOf(contentRange = ''): number | null {
  const size = /\/(\d+)$/.exec(contentRange)?.[1];
  return size === undefined ? null : Number(size);
}

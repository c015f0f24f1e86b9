import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { allowDirectOutput, entityTag, isNotModified, type RegistryResponse } from '../http/index.js';
import { type ByteRange, contentRange, requestedRanges } from './byte-ranges.js';
import type { Layer } from './layer.js';
import type { Redirects } from './redirects.js';
import type { Sendfile } from './sendfile.js';

const CONTENT_TYPE = 'application/octet-stream';
/** Bytes. A stream costs more than reading so much at once, and as often as not it is in memory. */
const SMALL = 64 * 1024;
/** Content under a digest never changes; one year is the longest that RFC 9111 caches heed. */
const CACHE_CONTROL = 'max-age=31536000';

/** Who else may send a blob in the place of the registry. */
export interface Senders {
  readonly sendfile: Sendfile;
  readonly redirects: Redirects;
}

/**
 * Answers GET and HEAD of a blob: whole, in part, in several parts, or not at all when the client has it, the proxy sends
 * it, or the store does.
 */
export async function sendLayer(
  layer: Layer,
  request: Request,
  response: RegistryResponse,
  { sendfile, redirects }: Senders,
): Promise<void> {
  response.set({
    'Accept-Ranges': 'bytes',
    'Cache-Control': CACHE_CONTROL,
    'Docker-Content-Digest': layer.digest.toString(),
    ETag: entityTag(layer.digest),
  });
  if (isNotModified(request, layer.digest)) {
    response.status(304).end();
    return;
  }
  const [first, ...others] = rangesOf(layer, request) ?? [];
  if (isForOthers(layer, request, first)) {
    const header = sendfile.headerFor(layer, request);
    if (header) return leaveToProxy(response, header);
    const url = await redirects.urlFor(layer, request);
    if (url) return redirect(response, url);
  }
  if (!first) return sendBytes(layer, response.status(200), { start: 0, end: layer.size - 1 });
  if (others.length > 0) return sendParts(layer, response, [first, ...others]);
  response.setHeader('Content-Range', contentRange(first, layer.size));
  return sendBytes(layer, response.status(206), first);
}

/** A HEAD has no ranges (RFC 9110, section 14.2), and an If-Range that names other content voids them. */
function rangesOf(layer: Layer, request: Request): ByteRange[] | null {
  const condition = request.headers['if-range'];
  if (request.method === 'HEAD' || (condition !== undefined && condition !== entityTag(layer.digest))) return null;
  return requestedRanges(request.headers.range, layer.size);
}

/** Proxies and stores answer to one range alike, but to several, and to what is no range, each in its own way. */
function isForOthers(layer: Layer, { method, headers }: Request, range: ByteRange | undefined): boolean {
  if (method !== 'GET' || layer.size <= SMALL) return false;
  return headers.range === undefined || (range !== undefined && !headers.range.includes(','));
}

/** The proxy puts the length of what it sends, and the status of a range, in the place of ours. */
function leaveToProxy(response: RegistryResponse, header: readonly [string, string]): void {
  response.locals.sentByProxy = true;
  response.setHeader('Content-Type', CONTENT_TYPE);
  response.setHeader(...header);
  response.end();
}

/**
 * The client asks again there, with its Range. The URL is a key to the content for a while: it is for this client alone, and
 * what is said of the content is for the store to say.
 */
function redirect(response: RegistryResponse, url: string): void {
  response.removeHeader('Accept-Ranges');
  response.removeHeader('ETag');
  response.status(307).set({ 'Cache-Control': 'no-store', 'Content-Length': '0', Location: url });
  response.end();
}

async function sendBytes(layer: Layer, response: Response, { start, end }: ByteRange): Promise<void> {
  const length = end - start + 1;
  response.setHeader('Content-Type', CONTENT_TYPE);
  response.setHeader('Content-Length', length);
  if (response.req.method === 'HEAD' || length === 0) {
    response.end();
    return;
  }
  if (layer.size <= SMALL) {
    response.end((await layer.content()).subarray(start, end + 1));
    return;
  }
  allowDirectOutput(response);
  await layer.send(response, start, length);
  response.end();
}

/** RFC 9110, section 14.6. */
async function sendParts(layer: Layer, response: Response, ranges: readonly ByteRange[]): Promise<void> {
  const boundary = randomUUID();
  const heads = ranges.map((range) =>
    [
      `\r\n--${boundary}`,
      `Content-Type: ${CONTENT_TYPE}`,
      `Content-Range: ${contentRange(range, layer.size)}\r\n\r\n`,
    ].join('\r\n'),
  );
  const tail = `\r\n--${boundary}--\r\n`;
  const bytes = ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
  response.status(206).set({
    'Content-Type': `multipart/byteranges; boundary=${boundary}`,
    'Content-Length': String(heads.join('').length + bytes + tail.length),
  });
  for (const [index, { start, end }] of ranges.entries()) {
    response.write(heads[index]);
    await layer.send(response, start, end - start + 1);
  }
  response.end(tail);
}

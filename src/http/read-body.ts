import type { Readable } from 'node:stream';
import type { Request } from 'express';
import { OciError } from '#libs/oci';
import { DirectBody, mayReceiveDirectly } from './direct-body.js';

/**
 * The body of a request, piece by piece. Whoever stops in the middle can still answer: the exception filter drops the
 * rest of the body, after which the connection is ready for the next request.
 */
export function bodyOf(request: Readable): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false });
}

/** The body of an upload, like `bodyOf`, but a piece of a large one may be good only until the next is asked for. */
export function uploadBodyOf(request: Request): AsyncIterable<Uint8Array> | DirectBody {
  return mayReceiveDirectly(request) ? new DirectBody(request) : bodyOf(request);
}

/** Reads a whole request body. Throws `SIZE_INVALID` with status 413 as soon as it passes `limit` bytes. */
export async function readBody(request: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bodyOf(request)) {
    size += chunk.length;
    if (size > limit) {
      throw new OciError('SIZE_INVALID', { limit }, { status: 413, message: 'the body is larger than the limit' });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

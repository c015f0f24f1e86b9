import type { Request } from 'express';
import { type HashAlgorithm, isHashAlgorithm } from '#libs/hash';
import { type ContentRange, DIGEST_ALGORITHMS, OciError, parseContentRange } from '#libs/oci';
import { queryText } from '../http/index.js';

/** The algorithm of the digest that the upload is to have (distribution specification, end-4c). */
export function announcedAlgorithm(request: Request): HashAlgorithm | undefined {
  const algorithm = queryText(request, 'digest-algorithm');
  if (algorithm === undefined || isHashAlgorithm(algorithm)) return algorithm;
  const detail = { 'digest-algorithm': algorithm, rule: `one of ${DIGEST_ALGORITHMS.join(', ')}` };
  throw new OciError('DIGEST_INVALID', detail, { message: 'unsupported digest algorithm' });
}

/** The size that the whole blob is said to have, in bytes; none, or a negative one, means no check. */
export function totalSize(request: Request): { size?: number } {
  const text = queryText(request, 'size');
  if (text === undefined || /^-\d{1,15}$/.test(text)) return {};
  if (/^\d{1,15}$/.test(text)) return { size: Number(text) };
  throw new OciError('SIZE_INVALID', { size: text, rule: 'a whole number of bytes' });
}

/** The bytes that come with the request; none where the client does not say how many. */
export function bodyLength(request: Request): { length?: number } {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  return Number.isNaN(length) ? {} : { length };
}

/**
 * Where the chunk in the body stands; undefined when the client does not say. Throws `SIZE_INVALID` when Content-Length
 * is another.
 */
export function chunkRange(request: Request): ContentRange | undefined {
  const header = request.headers['content-range'];
  if (header === undefined) return undefined;
  const range = parseContentRange(header);
  const length = request.headers['content-length'];
  if (length !== undefined && Number(length) !== range.end - range.start + 1) {
    throw new OciError('SIZE_INVALID', { contentRange: header, contentLength: Number(length) });
  }
  return range;
}

import { OciError } from './error.js';

/** Where a chunk of an upload stands, both ends included. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
}

/** `<start>-<end>` of the distribution specification, and the form of RFC 9110, section 14.4. */
const GRAMMAR = /^(?:bytes[ =])?(\d{1,15})-(\d{1,15})(?:\/(?:\d{1,15}|\*))?$/;

/** Reads the Content-Range of a chunk. Throws `BLOB_UPLOAD_INVALID` with status 416 when it is none. */
export function parseContentRange(text: string): ContentRange {
  const [, start, end] = GRAMMAR.exec(text) ?? [];
  if (start !== undefined && end !== undefined && Number(start) <= Number(end)) {
    return { start: Number(start), end: Number(end) };
  }
  throw new OciError(
    'BLOB_UPLOAD_INVALID',
    { contentRange: text, rule: '<start>-<end>, in bytes, both included' },
    { status: 416, message: 'invalid content range' },
  );
}

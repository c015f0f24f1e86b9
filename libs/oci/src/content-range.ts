import { OciError } from './error.js';

/** Where a chunk of an upload stands, both ends included. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
}

/** `<start>-<end>` of the distribution specification, and the form of RFC 9110, section 14.4. */
const GRAMMAR = /^(?:bytes[ =])?(\d{1,15})-(\d{1,15})(?:\/(\d{1,15}|\*))?$/i;

/** Reads the Content-Range of a chunk. Throws `BLOB_UPLOAD_INVALID` with status 416 when it is none. */
export function parseContentRange(text: string): ContentRange {
  const [, first, last, whole = '*'] = GRAMMAR.exec(text) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (start <= end && (whole === '*' || end < Number(whole))) return { start, end };
  throw new OciError(
    'BLOB_UPLOAD_INVALID',
    { contentRange: text, rule: '<start>-<end>, in bytes, both included' },
    { status: 416, message: 'invalid content range' },
  );
}

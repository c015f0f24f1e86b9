import parseRange from 'range-parser';
import { OciError } from '#libs/oci';

/** A part of a blob; both ends, in bytes, belong to it. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** More parts than any client has a use for; such a request gets the whole blob, as RFC 9110, section 14.2, allows. */
const MAX_RANGES = 32;

/**
 * The parts that a Range header asks for; null when there is none, or none that has to be heeded. Throws `UNSUPPORTED`
 * with status 416 when no part of a blob of `size` bytes is meant.
 */
export function requestedRanges(header: string | undefined, size: number): ByteRange[] | null {
  if (header === undefined || !/^bytes=/i.test(header)) return null;
  const ranges = parseRange(size, header, { combine: true });
  if (ranges === -1) throw unsatisfiable(size);
  if (ranges === -2 || ranges.length > MAX_RANGES) return null;
  return ranges.map(({ start, end }) => ({ start, end }));
}

/** The value of Content-Range for a part. */
export function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end}/${size}`;
}

function unsatisfiable(size: number): OciError {
  const headers = { 'Content-Range': `bytes */${size}` };
  return new OciError('UNSUPPORTED', { size }, { status: 416, message: 'range not satisfiable', headers });
}

import type { Request } from 'express';
import { OciError } from '#libs/oci';

/** Which part of a list a client asks for. */
export interface Page {
  /** At most this many entries; all of them when absent. */
  readonly limit?: number;
  /** Only entries behind this one. */
  readonly last?: string;
}

/** Reads `n` and `last`. Throws `UNSUPPORTED` with status 400 when `n` is not a whole number, 0 or more. */
export function readPage(request: Request): Page {
  const { n, last } = request.query;
  return {
    ...(n !== undefined && { limit: readLimit(n) }),
    ...(typeof last === 'string' && last !== '' && { last }),
  };
}

/** The Link header to the page behind `last`. */
export function linkToNext(path: string, parameters: Readonly<Record<string, string | number>>): string {
  const query = Object.entries(parameters).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return `<${path}?${query.join('&')}>; rel="next"`;
}

function readLimit(n: unknown): number {
  if (typeof n === 'string' && /^\d{1,9}$/.test(n)) return Number(n);
  throw new OciError(
    'UNSUPPORTED',
    { n, rule: 'a whole number, 0 or more' },
    { status: 400, message: 'invalid number of results requested' },
  );
}

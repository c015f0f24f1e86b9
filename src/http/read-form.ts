import type { Request } from 'express';
import { OciError } from '#libs/oci';
import { readBody } from './read-body.js';

const FORM = 'application/x-www-form-urlencoded';

/**
 * Reads the body of a form. Throws `UNSUPPORTED` with status 415 for another media type, and `SIZE_INVALID` with status
 * 413 as soon as it passes `limit` bytes.
 */
export async function readForm(request: Request, limit: number): Promise<URLSearchParams> {
  if (!request.is(FORM)) {
    throw new OciError('UNSUPPORTED', undefined, { status: 415, message: `the body must be ${FORM}` });
  }
  return new URLSearchParams((await readBody(request, limit)).toString('utf8'));
}

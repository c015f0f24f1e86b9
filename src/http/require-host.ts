import type { NextFunction, Request, Response } from 'express';
import { OciError } from '#libs/oci';

/** Refuses what RFC 9112, section 3.2, wants refused: a request of HTTP/1.1 that does not say which host it is for. */
export function requireHost({ headers, httpVersion }: Request, _response: Response, next: NextFunction): void {
  if (headers.host !== undefined || httpVersion === '1.0') next();
  else next(new OciError('UNSUPPORTED', undefined, { status: 400, message: 'the Host header is missing' }));
}

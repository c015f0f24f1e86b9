import type { Request } from 'express';

/**
 * The address of the client: behind a trusted proxy, as the proxy gives it. Ask before the end of the request, because a
 * closed connection no longer knows it.
 */
export function remoteAddressOf(request: Request): string {
  // Express looks for trusted proxies each time that it is asked; most requests have come through none.
  const address = 'x-forwarded-for' in request.headers ? request.ip : request.socket.remoteAddress;
  return address ?? '';
}

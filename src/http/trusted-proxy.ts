import type { Request } from 'express';

type TrustFunction = (address: string, hop: number) => boolean;

/** Whether the peer of the connection, whoever the client behind it is, is one of the proxies that are trusted. */
export function isFromTrustedProxy(request: Request): boolean {
  const isTrusted: TrustFunction = request.app.get('trust proxy fn');
  return isTrusted(request.socket.remoteAddress ?? '', 0);
}

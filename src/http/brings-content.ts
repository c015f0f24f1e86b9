import type { IncomingMessage } from 'node:http';

/** Whether a request has a body. */
export function bringsContent({ headers }: IncomingMessage): boolean {
  return 'transfer-encoding' in headers || Number(headers['content-length'] ?? 0) > 0;
}

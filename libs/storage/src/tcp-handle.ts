import { Socket } from 'node:net';

/** What Node keeps of a connection and tells nobody of, so that any of it may be missing. */
export interface TcpHandle {
  readonly fd?: number;
  useUserBuffer?(buffer: Uint8Array): void;
}

/** Null for a socket that is closed, and for one of TLS, whose handle has other bytes than the socket. */
export function tcpHandleOf(socket: Socket): TcpHandle | null {
  if (Object.getPrototypeOf(socket) !== Socket.prototype) return null;
  return (socket as Socket & { readonly _handle?: TcpHandle | null })._handle ?? null;
}

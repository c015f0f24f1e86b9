import type { Socket } from 'node:net';
import type { Request } from 'express';
import type { RegistryResponse } from '../http/index.js';

/** Tells how many bytes the requests of a connection have moved. */
export class Traffic {
  /** Bytes of each connection that were told already. */
  private readonly told = new WeakMap<Socket, number>();
  private readonly ofRequests = new WeakMap<RegistryResponse, number>();

  /** Calls back when the request is over, with the bytes that came in and went out for it, whoever else asks for them. */
  whenOver({ socket }: Request, response: RegistryResponse, tell: (bytes: number) => void): void {
    response.on('close', () => tell(this.bytesOf(socket, response)));
  }

  /** All that the connection has moved since the request before: the head of this one had come before anybody knew of it. */
  private bytesOf(socket: Socket, response: RegistryResponse): number {
    const known = this.ofRequests.get(response);
    if (known !== undefined) return known;
    const all = (socket.bytesRead ?? 0) + (socket.bytesWritten ?? 0);
    const bytes = all - (this.told.get(socket) ?? 0) + (response.locals.directBytes ?? 0);
    this.told.set(socket, all);
    this.ofRequests.set(response, bytes);
    return bytes;
  }
}

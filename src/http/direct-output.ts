import type { Socket } from 'node:net';
import type { Response } from 'express';
import { DIRECT_OUTPUT, type DirectOutput, tcpHandleOf } from '#libs/storage';

/**
 * Lets the storage send the body of an answer, whose length is announced, past Node and inside the operating system, as
 * far as it can. Nothing comes of it on a connection of TLS.
 */
export function allowDirectOutput(response: Response): void {
  const output: DirectOutput = {
    descriptor: () => (response.headersSent && response.writableLength === 0 ? descriptorOf(response.socket) : null),
    passed: (bytes) => note(response, bytes),
  };
  Object.assign(response, { [DIRECT_OUTPUT]: output });
}

/** Null when the answer waits for its turn on the connection, or the socket has more to do than to hand bytes on. */
function descriptorOf(socket: Socket | null): number | null {
  const fd = socket && !socket.destroyed ? tcpHandleOf(socket)?.fd : undefined;
  return fd !== undefined && fd >= 0 ? fd : null;
}

function note(response: Response, bytes: number): void {
  const { locals, socket } = response;
  locals.directBytes = (locals.directBytes ?? 0) + bytes;
  // As for any bytes that move, the idle time begins anew.
  socket?.setTimeout(socket.timeout ?? 0);
}

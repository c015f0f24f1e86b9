import type { Socket } from 'node:net';
import { tcpHandleOf } from '#libs/storage';

/** Where the bytes go that a socket receives. */
export interface Receiver {
  /** Where the next bytes belong. */
  place(): Uint8Array;
  /** Takes note of so many bytes there; whether more may come now. */
  receive(size: number): boolean;
}

/** Whether `receiveInto` works: the socket is one of TCP, receives into no buffers of somebody's, and Node has not changed. */
export function mayReceiveInto(socket: Socket): boolean {
  return tcpHandleOf(socket)?.useUserBuffer !== undefined && slotsOf(socket) !== null;
}

/**
 * Lets a connection of an HTTP server receive into buffers of ours from now on, in place of a new one for each read, which
 * the HTTP parser copies once more. Node has this as the option `onread` of a socket, which a server cannot give to the
 * connections that it accepts; so what the option sets is set here. `socket.resume()` begins.
 *
 * The parser is left out: its message never ends, and the connection is of no use for another one.
 */
export function receiveInto(socket: Socket, receiver: Receiver): void {
  const handle = tcpHandleOf(socket);
  const slots = slotsOf(socket);
  if (!handle?.useUserBuffer || !slots) throw new TypeError('the socket cannot receive into buffers of others');
  // Whoever listens to this gets what the parser would have got.
  const leaveParser = () => undefined;
  socket.on('readable', leaveParser).off('readable', leaveParser);
  const place = () => receiver.place();
  const receive = (size: number) => receiver.receive(size);
  const first = place();
  Object.assign(socket, { [slots.buffer]: first, [slots.next]: place, [slots.received]: receive });
  handle.useUserBuffer(first);
}

/** What the option is kept in. */
function slotsOf(socket: Socket): { buffer: symbol; next: symbol; received: symbol } | null {
  const symbols = Object.getOwnPropertySymbols(socket);
  const find = (name: string) => symbols.find(({ description }) => description === name);
  const [buffer, next, received] = [find('kBuffer'), find('kBufferGen'), find('kBufferCb')];
  if (!buffer || !next || !received || Reflect.get(socket, buffer) !== null) return null;
  return { buffer, next, received };
}

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { canReceiveFrom, receiveFrom } from './large-reads.js';

/** Bytes. For less, a connection that others can use again is worth more. */
const SMALLEST = 8 * 1024 * 1024;

/** Whether the body of an answer can be received past the HTTP parser, and is worth it. */
export function mayReceiveDirectly(response: IncomingMessage): boolean {
  const { headers, socket } = response;
  if ('transfer-encoding' in headers || response.destroyed) return false;
  return Number(headers['content-length'] ?? 0) >= SMALLEST && canReceiveFrom(socket);
}

/**
 * The body of an answer, from the socket and past Node's HTTP parser, which copies it and takes as much time as all the
 * rest. The connection is closed afterwards.
 */
export class DirectBody extends Readable {
  private readonly socket: Socket;
  /** Bytes that are still to come. */
  private missing: number;

  constructor(private readonly response: IncomingMessage) {
    super({ highWaterMark: 1 });
    this.socket = response.socket;
    this.missing = Number(response.headers['content-length']);
    response.on('error', (error) => this.lose(error));
    response.once('close', () => this.lose(new Error('the connection was closed')));
    for (let piece = response.read(); piece !== null; piece = response.read()) this.receive(piece);
    if (this.missing > 0) receiveFrom(this.socket, (bytes) => this.receive(bytes));
  }

  override _read(): void {
    if (this.missing > 0 && !this.socket.destroyed) this.socket._read(0);
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.response.destroy();
    callback(error);
  }

  private receive(bytes: Buffer): boolean {
    this.missing -= bytes.length;
    const isWanted = this.push(bytes);
    if (this.missing > 0) return isWanted;
    this.push(null);
    return false;
  }

  private lose(error: Error): void {
    if (this.missing > 0) this.destroy(error);
  }
}

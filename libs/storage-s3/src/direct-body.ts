import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { DIRECT_INPUT, type DirectInput, tcpHandleOf } from '#libs/storage';
import { canReceiveFrom, readLittleFrom, receiveFrom } from './large-reads.js';

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
  /** Whether bytes pass by. */
  private isPassed = false;

  readonly [DIRECT_INPUT]: DirectInput = {
    descriptor: () => (this.readableLength === 0 && this.missing > 0 ? (tcpHandleOf(this.socket)?.fd ?? null) : null),
    missing: () => this.missing,
    passed: (bytes) => this.pass(bytes),
    wait: () => this.readOn(),
  };

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
    if (!this.isPassed) this.readOn();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.response.destroy();
    callback(error);
  }

  private readOn(): void {
    if (this.missing > 0 && !this.socket.destroyed) this.socket._read(0);
  }

  private receive(bytes: Buffer): boolean {
    this.missing -= bytes.length;
    const isWanted = this.push(bytes) && !this.isPassed;
    if (this.missing > 0) return isWanted;
    this.push(null);
    return false;
  }

  private pass(bytes: number): void {
    this.missing -= bytes;
    if (!this.isPassed) readLittleFrom(this.socket);
    this.isPassed = true;
    if (this.missing === 0) this.push(null);
  }

  private lose(error: Error): void {
    if (this.missing > 0) this.destroy(error);
  }
}

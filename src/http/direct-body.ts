import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Request } from 'express';
import { mayReceiveInto, receiveInto } from './own-buffers.js';

const KIB = 1024;

/** Bytes. A new connection would take a client who sends smaller chunks more time than we save. */
const SMALLEST = 16 * 1024 * KIB;
/** Received, hashed and written while it is in the processor's cache. */
const BUFFER_SIZE = 1024 * KIB;
/** Takes a little more time for each byte. For all that come while there are many, lest they take much memory together. */
const SMALL_BUFFER_SIZE = 256 * KIB;
const MANY = 8;
const BUFFERS = 2;

const BODIES = new WeakMap<IncomingMessage, DirectBody>();

/** The body of a request, when it is received directly. */
export function directBodyOf(request: IncomingMessage): DirectBody | undefined {
  return BODIES.get(request);
}

/** Whether the body of a request can be received directly, and is worth it. */
export function mayReceiveDirectly({ headers, socket }: Request): boolean {
  if ('transfer-encoding' in headers) return false;
  return Number(headers['content-length'] ?? 0) >= SMALLEST && mayReceiveInto(socket);
}

/**
 * A large body that goes from the socket into few buffers, past Node's HTTP parser, which takes as much time for it as
 * hashing it does (docs/performance.md). A piece is good until the next is asked for. Nothing happens before the first is;
 * then the connection is closed after the answer.
 */
export class DirectBody implements AsyncIterableIterator<Uint8Array> {
  readonly isReused = true;
  private static underWay = 0;
  private readonly bufferSize = DirectBody.underWay < MANY ? BUFFER_SIZE : SMALL_BUFFER_SIZE;
  private buffers: readonly Buffer[] = [];
  /** Number of the buffer that is being filled, and bytes that it has. */
  private current = 0;
  private filled = 0;
  /** Bytes of the body that are still to come. */
  private missing: number;
  private readonly ready: Uint8Array[] = [];
  /** Buffers that are ready, or with the reader. */
  private taken = 0;
  private isLent = false;
  private isDropped = false;
  private failure: Error | null = null;
  private wake: () => void = () => undefined;
  /** What waits for all of the body, whether anybody reads it or not. */
  private settle: () => void = () => undefined;

  constructor(private readonly request: Request) {
    this.missing = Number(request.headers['content-length']);
  }

  private get buffer(): Buffer {
    return this.buffers[this.current] as Buffer;
  }

  /** Whether nothing more of the body is wanted now. */
  get isPaused(): boolean {
    return this.missing === 0 || this.taken === BUFFERS;
  }

  /** Takes what the parser has got already, and then what comes. */
  [Symbol.asyncIterator](): this {
    const { request } = this;
    const { socket } = request;
    BODIES.set(request, this);
    DirectBody.underWay++;
    this.buffers = Array.from({ length: BUFFERS }, () => Buffer.allocUnsafeSlow(this.bufferSize));
    request.res?.setHeader('Connection', 'close');
    socket.on('close', () => this.end(request.errored ?? new Error('the connection was closed')));
    this.lingerOn(socket);
    for (let piece = request.read(); piece !== null; piece = request.read()) {
      piece.copy(this.place());
      this.receive(piece.length);
    }
    receiveInto(socket, this);
    socket.resume();
    return this;
  }

  place(): Uint8Array {
    // Never empty, whatever the client sends behind the body.
    const end = this.missing === 0 ? this.bufferSize : Math.min(this.bufferSize, this.filled + this.missing);
    return this.buffer.subarray(this.filled, end);
  }

  receive(size: number): boolean {
    if (this.missing === 0) return false;
    this.filled += size;
    this.missing -= size;
    if (this.filled === this.bufferSize || this.missing === 0) this.turn();
    return !this.isPaused;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.takeBack();
    while (this.ready.length === 0) {
      if (this.failure) throw this.failure;
      if (this.missing === 0) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.isLent = true;
    return { done: false, value: this.ready.shift() as Uint8Array };
  }

  /** Nobody reads the rest, which still has to come: see `lingerOn`. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.isDropped = true;
    this.isLent = false;
    this.taken = 0;
    this.ready.length = 0;
    if (this.missing > 0) this.request.socket.resume();
    return { done: true, value: undefined };
  }

  private turn(): void {
    if (!this.isDropped) {
      this.ready.push(this.buffer.subarray(0, this.filled));
      this.taken++;
    }
    this.current = (this.current + 1) % BUFFERS;
    this.filled = 0;
    this.wake();
    if (this.missing === 0) this.settle();
  }

  private takeBack(): void {
    if (!this.isLent) return;
    const wasPaused = this.isPaused;
    this.isLent = false;
    this.taken--;
    if (wasPaused && this.missing > 0) this.request.socket.resume();
  }

  /**
   * Where the answer is sent before all of the body came, only our side of the connection is closed until it has: bytes
   * that nobody reads would make the operating system take back the answer (RFC 9112, section 9.6).
   */
  private lingerOn(socket: Socket): void {
    const { destroySoon } = socket;
    socket.destroySoon = () => {
      socket.end();
      const end = () => destroySoon.call(socket);
      if (this.missing === 0) end();
      else this.settle = end;
    };
  }

  private end(reason: Error): void {
    DirectBody.underWay--;
    this.failure = reason;
    this.wake();
  }
}

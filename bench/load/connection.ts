import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { AnswerReader } from './answer-reader.ts';

/** Blocks of a body, one after the other. */
export type Blocks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface RequestOptions {
  readonly headers?: Record<string, string | number>;
  /** A body of blocks needs a Content-Length header. */
  readonly body?: Uint8Array | Blocks;
  /** Takes the bytes of the answer's body, which are not kept then. A piece is good for the time of the call. */
  readonly sink?: (piece: Buffer) => void;
  /** Bytes of the answer a second at most. */
  readonly pace?: number;
}

export interface Answer {
  readonly status: number;
  /** Names are in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Empty where a sink took it. */
  readonly body: Buffer;
  /** Length of the body. */
  readonly bytes: number;
}

interface Exchange {
  readonly reader: AnswerReader;
  readonly pace: number;
  readonly begin: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Larger than a socket holds by default. It is used up before the next read, so that one serves all connections. */
const RECEIVE_BUFFER = Buffer.allocUnsafe(512 * 1024);

/**
 * An HTTP/1.1 connection for one request after the other that takes as little CPU as Node allows: what the client uses
 * is missing on the server when both are on one machine.
 */
export class Connection {
  readonly #host: string;
  readonly #socket: Socket;
  #exchange: Exchange | null = null;

  constructor(url: string) {
    const { hostname, port, host } = new URL(url);
    this.#host = host;
    this.#socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: { buffer: RECEIVE_BUFFER, callback: (size) => this.#receive(RECEIVE_BUFFER.subarray(0, size)) },
    });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  /** Resolves with whatever the server answers; rejects when the connection breaks. */
  request(method: string, target: string, options: RequestOptions = {}): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const { pace = Number.POSITIVE_INFINITY, sink } = options;
    const reader = new AnswerReader(method !== 'HEAD', sink);
    this.#exchange = { reader, pace, begin: performance.now(), resolve, reject };
    this.#send(method, target, options).catch((error: Error) => this.#fail(error));
    return promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #send(method: string, target: string, { headers = {}, body }: RequestOptions): Promise<void> {
    const isWhole = body instanceof Uint8Array;
    const all = { Host: this.#host, ...(isWhole && { 'Content-Length': body.length }), ...headers };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket.write(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
    if (body === undefined) return;
    for await (const block of isWhole ? [body] : body) {
      if (!this.#socket.write(block)) await once(this.#socket, 'drain');
    }
  }

  /** Returns whether to go on reading. */
  #receive(chunk: Buffer): boolean {
    const exchange = this.#exchange;
    if (exchange === null) {
      this.#socket.destroy(new Error('the server sent what nobody asked for'));
      return false;
    }
    const answer = exchange.reader.read(chunk);
    if (answer !== null) {
      this.#exchange = null;
      exchange.resolve(answer);
      return true;
    }
    return this.#keepPace(exchange);
  }

  #keepPace({ reader, pace, begin }: Exchange): boolean {
    const early = begin + (reader.bytes / pace) * 1000 - performance.now();
    if (early < 1) return true;
    setTimeout(() => this.#socket.resume(), early);
    return false;
  }

  #fail(error: Error): void {
    this.#exchange?.reject(error);
    this.#exchange = null;
  }
}

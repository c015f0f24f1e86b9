import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestOptions,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { cutAfter } from './cut-after.ts';
import type { Fault, FaultKind, FaultPlan } from './fault-plan.ts';

/** How a store fails as a whole: nobody listens, or whoever listens never answers. */
export type Outage = 'refused' | 'silent';

/** Every one of these ends with the connection that it is for. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'expect']);
/** Longer than a round, so that nothing ends but by a fault. Milliseconds. */
const KEEP_ALIVE = 600_000;
const SLOW_DOWN = errorDocument('SlowDown', 'Please reduce your request rate.');
const INTERNAL_ERROR = errorDocument('InternalError', 'We encountered an internal error. Please try again.');

/** Stands between a registry and its store, and passes requests on, with the faults of a plan. */
export class FaultProxy {
  /** Null for no faults. */
  plan: FaultPlan | null = null;
  /** How many faults of each kind there were. */
  readonly counts = new Map<FaultKind, number>();
  /** Requests, with and without faults. */
  requests = 0;
  readonly #target: URL;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #sockets = new Set<Socket>();
  #isSilent = false;
  #port = 0;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((incoming, answer) => void this.#serve(incoming, answer));
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = KEEP_ALIVE;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {}).once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Listens on a free port; `target` is the origin of the store, such as `http://127.0.0.1:7070`. */
  static async open(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await proxy.#listen();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** From now on the store is gone, for connections that are open as well. */
  async fail(outage: Outage): Promise<void> {
    this.#isSilent = outage === 'silent';
    if (outage === 'refused') await this.close();
  }

  /** The store is there again. Requests that it never answered are reset. */
  async recover(): Promise<void> {
    this.#isSilent = false;
    this.#dropConnections();
    if (!this.#server.listening) await this.#listen();
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#dropConnections();
    await closed;
    this.#agent.destroy();
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address !== null && typeof address !== 'string') this.#port = address.port;
  }

  #dropConnections(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async #serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    this.requests += 1;
    incoming.on('error', () => {});
    answer.on('error', () => {});
    if (this.#isSilent) return;
    const fault = this.plan?.next() ?? null;
    if (fault !== null) this.counts.set(fault.kind, (this.counts.get(fault.kind) ?? 0) + 1);
    switch (fault?.kind) {
      case 'hang':
        return;
      case 'reset before':
        incoming.socket.resetAndDestroy();
        return;
      case 'slow down':
        refuse(incoming, answer, 503, SLOW_DOWN);
        return;
      case 'error':
        refuse(incoming, answer, 500, INTERNAL_ERROR);
        return;
      case 'latency':
        await pause(fault.milliseconds);
    }
    // Whoever has gone meanwhile wants nothing done any more.
    if (!incoming.socket.destroyed) this.#forward(incoming, answer, fault);
  }

  #forward(incoming: IncomingMessage, answer: ServerResponse, fault: Fault | null): void {
    const outgoing = request(this.#optionsFor(incoming));
    // What breaks between proxy and store breaks between client and proxy.
    outgoing.on('error', () => incoming.socket.resetAndDestroy());
    outgoing.on('response', (response) => this.#passBack(response, incoming, answer, fault));
    answer.once('close', () => {
      if (!answer.writableFinished) outgoing.destroy();
    });
    if (fault?.kind !== 'reset in request') {
      incoming.pipe(outgoing);
      return;
    }
    const reset = (): void => {
      outgoing.destroy();
      incoming.socket.resetAndDestroy();
    };
    incoming.pipe(cutAfter(lengthOf(incoming) * fault.at, reset)).pipe(outgoing);
  }

  #passBack(response: IncomingMessage, incoming: IncomingMessage, answer: ServerResponse, fault: Fault | null): void {
    response.on('error', () => incoming.socket.resetAndDestroy());
    switch (fault?.kind) {
      case 'lost answer':
        whenRead(response, () => incoming.socket.resetAndDestroy());
        return;
      case 'late error':
        whenRead(response, () => refuse(incoming, answer, 500, INTERNAL_ERROR));
        return;
    }
    answer.writeHead(response.statusCode ?? 502, this.#headersOf(response));
    // The headers alone are a part of the answer, too.
    answer.flushHeaders();
    switch (fault?.kind) {
      case 'reset in answer':
        response.pipe(cutAfter(lengthOf(response) * fault.at, () => incoming.socket.resetAndDestroy())).pipe(answer);
        return;
      case 'truncated answer':
        response.pipe(cutAfter(lengthOf(response) * fault.at, () => incoming.socket.end())).pipe(answer);
        return;
      default:
        response.pipe(answer);
    }
  }

  /** The client's own `Host` goes along, as it is a part of what was signed. */
  #optionsFor(incoming: IncomingMessage): RequestOptions {
    const { hostname, port } = this.#target;
    const headers = keptHeaders(incoming);
    return { hostname, port, method: incoming.method, path: incoming.url, headers, agent: this.#agent };
  }

  /** A store that tells clients where to go on must not lead them past the proxy. */
  #headersOf(response: IncomingMessage): string[] {
    return keptHeaders(response).map((text) => text.replace(this.#target.origin, this.url));
  }
}

function keptHeaders({ rawHeaders }: IncomingMessage): string[] {
  return rawHeaders.filter((_, index) => !HOP_BY_HOP.has((rawHeaders[index - (index % 2)] ?? '').toLowerCase()));
}

/** Bytes of a body; 0 where that is not known. */
function lengthOf({ headers }: IncomingMessage): number {
  return Number(headers['content-length'] ?? 0);
}

/** Answers as S3 does. The body of the request is read first, as a client may send all of it before it listens. */
function refuse(incoming: IncomingMessage, answer: ServerResponse, status: number, document: string): void {
  whenRead(incoming, () => {
    answer.writeHead(status, { 'Content-Type': 'application/xml', 'Content-Length': document.length });
    answer.end(document);
  });
}

function whenRead(message: IncomingMessage, done: () => void): void {
  if (message.readableEnded) done();
  else message.once('end', done).resume();
}

function errorDocument(code: string, message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}

import { type IncomingMessage, type RequestListener, Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpConfig } from '../config/index.js';
import { answerClientError } from './client-error.js';
import { directBodyOf } from './direct-body.js';

/** Room for a hundred `?tag=` parameters of the greatest length, in bytes. */
const MAX_HEADER_SIZE = 64 * 1024;

/** How often connections are looked for whose headers take too long, in milliseconds. */
const LONGEST_CHECK = 5_000;

/** A server whose limits fit a registry: an upload may last hours, as long as it moves. */
export class RegistryServer extends Server {
  /** The answers that each connection still owes: several when the client sends requests ahead. */
  private readonly due = new Map<Socket, Set<ServerResponse>>();
  private isDraining = false;

  constructor({ idleTimeout, keepAliveTimeout, headersTimeout }: HttpConfig, listener: RequestListener) {
    super({
      maxHeaderSize: MAX_HEADER_SIZE,
      requestTimeout: 0,
      headersTimeout,
      connectionsCheckingInterval: Math.min(headersTimeout, LONGEST_CHECK),
      keepAliveTimeout,
      // Node would answer to a request without Host itself, and without an error body: `requireHost` does it.
      requireHostHeader: false,
    });
    this.timeout = idleTimeout;
    this.on('connection', (socket: Socket) => this.know(socket));
    this.on('request', ({ socket }, response) => this.owe(socket, response));
    this.on('request', listener);
    this.on('timeout', (socket) => (this.isAtWork(socket) ? socket.setTimeout(idleTimeout) : socket.destroy()));
    this.on('clientError', (error, socket: Socket) => {
      if (this.mayAnswer(socket)) answerClientError(error, socket);
      else socket.destroy();
    });
  }

  /** Takes no more connections and waits for the answers that are due; cuts off what takes more than `timeout` milliseconds. */
  drain(timeout: number): Promise<void> {
    this.isDraining = true;
    for (const [socket, answers] of this.due) {
      if (answers.size === 0) socket.destroy();
      for (const response of answers) announceEnd(response);
    }
    return new Promise((resolve) => {
      const cut = setTimeout(() => this.closeAllConnections(), timeout);
      this.close(() => {
        clearTimeout(cut);
        resolve();
      });
    });
  }

  private know(socket: Socket): void {
    this.due.set(socket, new Set());
    socket.on('close', () => this.due.delete(socket));
  }

  private owe(socket: Socket, response: ServerResponse): void {
    const answers = this.due.get(socket);
    answers?.add(response);
    if (this.isDraining) announceEnd(response);
    response.on('close', () => {
      answers?.delete(response);
      if (this.isDraining && answers?.size === 0) socket.destroySoon();
    });
  }

  /** Whether bytes that are written to the connection now would stand for the answer to its last request. */
  private mayAnswer(socket: Socket): boolean {
    const [first, ...others] = this.due.get(socket) ?? [];
    return others.length === 0 && !first?.headersSent;
  }

  /** Whether the next move is the server's: the request is there as far as it was read, and its answer is not begun. */
  private isAtWork(socket: Socket): boolean {
    const [first] = this.due.get(socket) ?? [];
    return first !== undefined && !first.headersSent && hasArrived(first.req);
  }
}

function announceEnd(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

/** Whether the request is there as far as it is wanted now. */
function hasArrived(request: IncomingMessage): boolean {
  return directBodyOf(request)?.isPaused ?? (request.complete || request.readableLength > 0);
}

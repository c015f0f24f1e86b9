import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answerClientError } from './client-error.js';

/** What listens to a server first, to know what its connections are at, so that none is cut off in the middle of an answer. */
export class Connections {
  /** The answers that each connection still owes: several when the client sends requests ahead. */
  private readonly due = new Map<Socket, Set<ServerResponse>>();
  private isDraining = false;

  constructor(
    private readonly server: Server,
    idleTimeout: number,
    listener: RequestListener,
  ) {
    server.timeout = idleTimeout;
    server.on('request', (request, response) => {
      this.owe(request.socket, response);
      listener(request, response);
    });
    server.on('timeout', (socket) => (this.isAtWork(socket) ? socket.setTimeout(idleTimeout) : socket.destroy()));
    server.on('clientError', (error, socket: Socket) => {
      if (this.mayAnswer(socket)) answerClientError(error, socket);
      else socket.destroy();
    });
  }

  /** Takes note of a connection on which requests may come. */
  know(socket: Socket): void {
    this.due.set(socket, new Set());
    socket.on('close', () => this.due.delete(socket));
  }

  /** As `RegistryServer.drain`. */
  drain(timeout: number): Promise<void> {
    this.isDraining = true;
    for (const [socket, answers] of this.due) {
      if (answers.size === 0) socket.destroy();
      for (const response of answers) announceEnd(response);
    }
    return new Promise((resolve) => {
      const cut = setTimeout(() => this.server.closeAllConnections(), timeout);
      this.server.close(() => {
        clearTimeout(cut);
        resolve();
      });
    });
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

  /**
   * Whether bytes that are written to the connection now would stand for the answer to its last request. Not on one that
   * is not known, because its client and the server did not agree on TLS.
   */
  private mayAnswer(socket: Socket): boolean {
    const answers = this.due.get(socket);
    if (!answers) return false;
    const [first, ...others] = answers;
    return others.length === 0 && !first?.headersSent;
  }

  /** Whether an answer is not begun: what is still missing of its request is watched by `cutSlowBodies`. */
  private isAtWork(socket: Socket): boolean {
    const [first] = this.due.get(socket) ?? [];
    return first !== undefined && !first.headersSent;
  }
}

function announceEnd(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

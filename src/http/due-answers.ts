import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Which answers each connection of a server still owes. There are several when a client sends requests ahead. */
export class DueAnswers {
  private readonly due = new WeakMap<Socket, Set<ServerResponse>>();

  constructor(server: Server) {
    server.on('request', ({ socket }, response) => {
      const answers = this.due.get(socket) ?? new Set();
      this.due.set(socket, answers.add(response));
      response.on('close', () => answers.delete(response));
    });
  }

  /** Whether bytes that are written to the connection now would stand for the answer to its last request. */
  mayAnswer(socket: Socket): boolean {
    const [first, ...others] = this.due.get(socket) ?? [];
    return others.length === 0 && !first?.headersSent;
  }

  /** Whether the next move is the server's: the request is there as far as it was read, and its answer is not begun. */
  isAtWork(socket: Socket): boolean {
    const [first] = this.due.get(socket) ?? [];
    return first !== undefined && !first.headersSent && (first.req.complete || first.req.readableLength > 0);
  }
}

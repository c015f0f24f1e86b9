import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Application } from 'express';
import type { HttpConfig } from '../config/index.js';
import { DueAnswers } from './due-answers.js';
import { errorBody } from './error-body.js';

/** Room for a hundred `?tag=` parameters of the greatest length, in bytes. */
const MAX_HEADER_SIZE = 64 * 1024;

/** Express on a server whose limits fit a registry: an upload may last hours, as long as it moves. */
export class RegistryExpressAdapter extends ExpressAdapter {
  constructor(private readonly config: HttpConfig) {
    super();
    // Whatever guards the paths in front of the registry knows them in lower case only. The setting of the application
    // comes too late for the router, which is there already.
    Object.assign(this.getInstance<Application>().router, { caseSensitive: true });
  }

  override initHttpServer(): void {
    const { idleTimeout, keepAliveTimeout, headersTimeout } = this.config;
    const server = createServer(
      // Node would answer to a request without Host itself, and without an error body: `requireHost` does it.
      { maxHeaderSize: MAX_HEADER_SIZE, requestTimeout: 0, requireHostHeader: false, headersTimeout, keepAliveTimeout },
      this.getInstance(),
    );
    const answers = new DueAnswers(server);
    server.timeout = idleTimeout;
    server.on('timeout', (socket) => (answers.isAtWork(socket) ? socket.setTimeout(idleTimeout) : socket.destroy()));
    server.on('clientError', (error, socket: Socket) => {
      if (answers.mayAnswer(socket)) answerClientError(error, socket);
      else socket.destroy();
    });
    this.setHttpServer(server);
  }
}

/** How often connections that have become idle are looked for, in milliseconds. */
const IDLE_CHECK = 50;

/** Waits for the requests under way; whatever is not done after `timeout` milliseconds is cut off. */
export function drain(server: Server, timeout: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), timeout);
    // Node closes the connections that are idle now; those that become so later would be kept alive.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(idle);
      resolve();
    });
  });
}

/** A request that cannot even be parsed reaches no handler. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message] = describe(error);
  const body = errorBody([{ code: 'UNSUPPORTED', message, detail: undefined }]);
  const head = [
    `HTTP/1.1 ${status}`,
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function describe({ code }: NodeJS.ErrnoException): [status: string, message: string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return ['431 Request Header Fields Too Large', 'the headers are too large'];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['408 Request Timeout', 'the headers took too long'];
    default:
      return ['400 Bad Request', 'not a well-formed HTTP request'];
  }
}

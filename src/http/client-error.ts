import type { Socket } from 'node:net';
import { errorBody } from './error-body.js';

/**
 * Answers a request that cannot even be parsed, and so reaches no handler, and closes the connection. One that was opened
 * ahead and brought nothing is only closed: its client might take the answer for that to a request which it sends now.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesRead === 0) {
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

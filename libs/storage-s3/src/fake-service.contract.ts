import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { buffer } from 'node:stream/consumers';

/** A request that a service got, with its whole body. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers a request. */
export type Answer = (response: ServerResponse, request: ReceivedRequest) => void;

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Speaks as much of S3 as a test tells it to: one answer for each request, the last one for all that follow. */
export class FakeService {
  readonly received: ReceivedRequest[] = [];
  private answers: readonly Answer[] = [];

  private constructor(
    private readonly server: Server,
    readonly endpoint: string,
  ) {}

  static async start(certificate?: Certificate): Promise<FakeService> {
    let answer: RequestListener = () => undefined;
    const listener: RequestListener = (request, response) => answer(request, response);
    const server = certificate ? createTlsServer(certificate, listener) : createServer(listener);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    const service = new FakeService(server, `${certificate ? 'https' : 'http'}://localhost:${port}`);
    answer = async (request, response) => {
      const { method = '', url: target = '', headers } = request;
      const received = { method, target, headers, body: await buffer(request) };
      const place = Math.min(service.received.push(received), service.answers.length) - 1;
      service.answers[place]?.(response, received);
    };
    return service;
  }

  /** Forgets what was received. */
  answerWith(...answers: readonly Answer[]): void {
    this.received.length = 0;
    this.answers = answers;
  }

  /** Connections that are open, one way or the other. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

export function answer(
  status: number,
  headers: Record<string, string | number> = {},
  body: string | Buffer = '',
): Answer {
  return (response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** An error as S3 has it. */
export function refusal(status: number, code: string, headers: Record<string, string> = {}): Answer {
  return answer(
    status,
    { 'content-type': 'application/xml', ...headers },
    `<Error><Code>${code}</Code><Message>no</Message></Error>`,
  );
}

/** Closes the connection without an answer. */
export const hangUp: Answer = (response) => response.destroy();

/** Serves a range of an object, as many bytes of it as `bytes` says; then the connection breaks, or nothing more comes. */
export function part(
  content: Buffer,
  etag: string,
  bytes = Number.POSITIVE_INFINITY,
  then: 'breaks' | 'stalls' = 'breaks',
): Answer {
  return (response, { headers }) => {
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
    const start = Number(from ?? 0);
    const end = to ? Number(to) : content.length - 1;
    response.writeHead(from === undefined ? 200 : 206, {
      'content-length': end - start + 1,
      'last-modified': new Date(0).toUTCString(),
      etag: `"${etag}"`,
      ...(from !== undefined && { 'content-range': `bytes ${start}-${end}/${content.length}` }),
    });
    const sent = content.subarray(start, Math.min(end + 1, start + bytes));
    if (sent.length === end - start + 1) response.end(sent);
    else response.write(sent, () => then === 'breaks' && response.destroy());
  };
}

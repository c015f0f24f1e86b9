import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** One request that a client made and the status that it got. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly status: number;
}

/** A proxy before a registry that passes everything on unchanged and notes what was asked. */
export class Recorder {
  readonly requests: RecordedRequest[] = [];
  readonly #server: Server;
  readonly #target: string;

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer((incoming, response) => {
      this.#pass(incoming, response).catch(() => response.destroy());
    });
  }

  /** @param target `address:port` of the registry */
  static async start(target: string): Promise<Recorder> {
    const recorder = new Recorder(target);
    recorder.#server.listen(0, '127.0.0.1');
    await once(recorder.#server, 'listening');
    return recorder;
  }

  /** `address:port` under which clients reach the registry. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The requests for one repository, in the order of their answers. */
  of(repository: string): RecordedRequest[] {
    return this.requests.filter(({ path }) => path.startsWith(`/v2/${repository}/`));
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  /** The Host header stays, so that the registry's locations lead through the recorder again. */
  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = incoming;
    const outgoing = request(`http://${this.#target}${url}`, { method, headers });
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    const [[answer]] = await Promise.all([answered, pipeline(incoming, outgoing)]);
    const status = answer.statusCode ?? 0;
    const { pathname, searchParams } = new URL(url, 'http://registry');
    this.requests.push({ method, path: pathname, query: searchParams, status });
    response.writeHead(status, answer.rawHeaders);
    await pipeline(answer, response);
  }
}

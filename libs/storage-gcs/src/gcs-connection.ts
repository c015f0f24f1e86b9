import { once } from 'node:events';
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createStoreAgent, type StoreAgentOptions } from '#libs/object-storage';
import { GcsError } from './gcs-error.js';
import type { GcsIdentity } from './gcs-identity.js';

/** Bytes of an answer with an error that are worth reading. */
const MAX_MESSAGE = 2_000;

export interface GcsRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Behind the address of the service, with special characters escaped. */
  readonly path: string;
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * Requests of the JSON interface, each tried once.
 *
 * `@google-cloud/storage` says who we are and signs, but does not send them: it does not give up a request that gets no
 * answer, whatever its timeout, it cannot be told to drop one, and it knows no limit of connections for one bucket.
 */
export class GcsConnection {
  private readonly agent: http.Agent;
  private readonly client: typeof http | typeof https;

  constructor(
    private readonly endpoint: string,
    private readonly identity: GcsIdentity,
    options: StoreAgentOptions,
  ) {
    this.agent = createStoreAgent(endpoint, options);
    this.client = endpoint.startsWith('http:') ? http : https;
  }

  /** Sends a request and gives the answer, whose content has to be read or destroyed. Rejects with `GcsError`. */
  async send({ method, path, query = {}, headers, body = [] }: GcsRequest): Promise<IncomingMessage> {
    const url = new URL(this.endpoint + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const identity = await this.identity.headers();
    const request = this.client.request(url, { method, agent: this.agent, headers: { ...identity, ...headers } });
    // An answer may come before all is sent, and that of an error usually does. Without one, `once` tells what happened.
    request.on('error', () => {});
    const answered = once(request, 'response');
    pipeline(Readable.from(body), request).catch(() => {});
    const [answer]: IncomingMessage[] = await answered;
    if (!answer) throw new Error('no answer');
    if ((answer.statusCode ?? 0) < 300) return answer;
    throw new GcsError(answer.statusCode ?? 0, messageOf(await text(answer)));
  }

  /** Sends a request, and gives what the answer holds. */
  async sendForJson<T>(request: GcsRequest): Promise<T> {
    return JSON.parse(await text(await this.send(request)));
  }

  close(): void {
    this.agent.destroy();
  }
}

function messageOf(body: string): string {
  try {
    return String(JSON.parse(body).error.message).slice(0, MAX_MESSAGE);
  } catch {
    return body.slice(0, MAX_MESSAGE);
  }
}

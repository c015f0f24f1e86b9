import { type RequestListener, Server, type ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpConfig } from '../config/index.js';
import { Connections } from './connections.js';

/** Room for a hundred `?tag=` parameters of the greatest length, in bytes. */
const MAX_HEADER_SIZE = 64 * 1024;

/** How often connections are looked for whose headers take too long, in milliseconds. */
const LONGEST_CHECK = 5_000;

/** A server whose limits fit a registry: an upload may last hours, as long as it moves. */
export interface RegistryServer extends Server {
  /** Takes no more connections and waits for the answers that are due; cuts off what takes more than `timeout` milliseconds. */
  drain(timeout: number): Promise<void>;
}

/** Serves HTTP without TLS. */
export class PlainRegistryServer extends Server implements RegistryServer {
  private readonly clients: Connections;

  constructor(config: HttpConfig, listener: RequestListener, messages: ServerOptions = {}) {
    super({ ...limitsOf(config), ...messages });
    this.clients = new Connections(this, config.idleTimeout, listener);
    this.on('connection', (socket: Socket) => this.clients.know(socket));
  }

  drain(timeout: number): Promise<void> {
    return this.clients.drain(timeout);
  }
}

export function limitsOf({ keepAliveTimeout, headersTimeout }: HttpConfig): ServerOptions {
  return {
    maxHeaderSize: MAX_HEADER_SIZE,
    requestTimeout: 0,
    headersTimeout,
    connectionsCheckingInterval: Math.min(headersTimeout, LONGEST_CHECK),
    keepAliveTimeout,
    // Node would answer to a request without Host itself, and without an error body: `requireHost` does it.
    requireHostHeader: false,
  };
}

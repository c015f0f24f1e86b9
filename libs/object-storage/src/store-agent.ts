import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';

export interface StoreAgentOptions {
  /** At most so many connections at a time; what needs one more waits. */
  readonly connections: number;
  /** Milliseconds without a byte in either direction after which a connection is given up. */
  readonly requestTimeout: number;
}

/** A store stopped to send or to take anything. */
class StalledConnectionError extends Error {
  override readonly name = 'StalledConnectionError';
  readonly code = 'ETIMEDOUT';

  constructor(timeout: number) {
    super(`nothing came or went for ${timeout} ms`);
  }
}

/**
 * The connections to a store, kept alive between requests. It is they that watch the time, and not the requests: a large
 * request may take as long as it likes while it moves. Requests go by the proxy that the environment names.
 */
export function createStoreAgent(url: string, options: StoreAgentOptions): HttpAgent | HttpsAgent {
  const { connections: maxSockets, requestTimeout: timeout } = options;
  const Agent = new URL(url).protocol === 'http:' ? HttpAgent : HttpsAgent;
  const agent = new Agent({ keepAlive: true, maxSockets, timeout, proxyEnv: process.env });
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (to, callback) =>
    watched(
      connect(to, (error, connection) => callback?.(error, watched(connection, timeout))),
      timeout,
    );
  return agent;
}

/** The agent sets the time of a connection, and sets it again after each request, but leaves it to others to act on it. */
function watched<T extends Duplex | null | undefined>(connection: T, timeout: number): T {
  connection?.once('timeout', () => connection.destroy(new StalledConnectionError(timeout)));
  return connection;
}

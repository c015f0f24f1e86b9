import http, { type ClientRequestArgs } from 'node:http';
import https from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { LargeReads } from './large-reads.js';

interface AgentSettings {
  /** Sockets at a time. */
  readonly connections: number;
  /** Milliseconds. */
  readonly connectTimeout: number;
  /** PEM. */
  readonly ca?: Buffer;
}

/**
 * Agents that give up a connection which is not there in time. The SDK's own limit also counts how long a request waits
 * for one of the other connections to become free, which under load is no failure.
 */
export function createAgents({ connections, connectTimeout, ca }: AgentSettings): {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
} {
  const pooled = { keepAlive: true, maxSockets: connections };

  class ConnectingHttpAgent extends http.Agent {
    override createConnection(...[options, callback]: Parameters<http.Agent['createConnection']>) {
      const onread = new LargeReads();
      const socket = super.createConnection({ ...options, onread } as ClientRequestArgs, callback);
      if (socket instanceof Socket) onread.attachTo(socket);
      return limited(socket, 'connect', connectTimeout);
    }
  }

  class ConnectingHttpsAgent extends https.Agent {
    override createConnection(...args: Parameters<https.Agent['createConnection']>) {
      return limited(super.createConnection(...args), 'secureConnect', connectTimeout);
    }
  }

  return {
    httpAgent: new ConnectingHttpAgent(pooled),
    httpsAgent: new ConnectingHttpsAgent({ ...pooled, ...(ca && { ca }) }),
  };
}

function limited<T extends Duplex | null | undefined>(socket: T, connected: string, timeout: number): T {
  if (!socket) return socket;
  const giveUp = () => {
    socket.destroy(Object.assign(new Error(`no connection within ${timeout} ms`), { code: 'ETIMEDOUT' }));
  };
  const timer = setTimeout(giveUp, timeout);
  for (const event of [connected, 'close']) socket.once(event, () => clearTimeout(timer));
  return socket;
}

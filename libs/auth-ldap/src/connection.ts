import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { Client } from 'ldapts';

/** How long a connection may be silent before the operating system asks whether the other side is there, in milliseconds. */
const KEEP_ALIVE = 60_000;

export interface ConnectionSettings {
  readonly startTls: boolean;
  /** Certificates of authorities, PEM. */
  readonly ca: Buffer | undefined;
  readonly timeout: number;
  readonly connectTimeout: number;
}

/**
 * A connection that is used as long as it lasts. The client of ldapts makes another one by itself where one was cut, and
 * goes on without TLS and as nobody: here it must not.
 */
export class Connection {
  private constructor(
    readonly client: Client,
    private readonly sockets: readonly Socket[],
  ) {}

  /** Rejects where there is no connection in time, or TLS does not come about. */
  static async open(url: string, { startTls, ca, timeout, connectTimeout }: ConnectionSettings): Promise<Connection> {
    const { protocol, hostname } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    // Without a name, Node would look for that of the local host in the certificate.
    const tls: ConnectionOptions = { host, ...(isIP(host) === 0 && { servername: host }), ...(ca && { ca }) };
    const sockets: Socket[] = [];
    const once = (socket: () => Socket): Socket => {
      if (sockets.length > 0) throw new Error('the connection was cut');
      const opened = socket().setKeepAlive(true, KEEP_ALIVE);
      sockets.push(opened);
      return opened;
    };
    const client = new Client({
      url,
      timeout,
      connectTimeout,
      ...(protocol === 'ldaps:'
        ? { tlsOptions: tls, createSecureConnection: onceSecure(once) }
        : { createConnection: ((port: number, name: string) => once(() => connect(port, name))) as typeof connect }),
    });
    const connection = new Connection(client, sockets);
    if (startTls && protocol === 'ldap:') await connection.startTls(tls, connectTimeout);
    return connection;
  }

  get isUsable(): boolean {
    return this.client.isConnected;
  }

  close(): void {
    // Says goodbye, as far as anybody listens.
    this.client
      .unbind()
      .catch(() => undefined)
      .finally(() => {
        for (const socket of this.sockets) socket.destroy();
      });
  }

  private async startTls(tls: ConnectionOptions, timeout: number): Promise<void> {
    const late = setTimeout(() => {
      for (const socket of this.sockets) socket.destroy(new Error('TLS took too long'));
    }, timeout);
    try {
      await this.client.startTLS(tls);
    } catch (error) {
      this.close();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }
}

function onceSecure(once: (socket: () => Socket) => Socket): typeof connectTls {
  return ((port: number, host: string, options: ConnectionOptions) =>
    once(() => connectTls(port, host, options))) as typeof connectTls;
}

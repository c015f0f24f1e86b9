import type { RequestListener, ServerOptions } from 'node:http';
import { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { HttpConfig } from '../config/index.js';
import { Connections } from './connections.js';
import { limitsOf, type RegistryServer } from './registry-server.js';
import { TlsFiles } from './tls-files.js';

/** How often the files are looked at, in milliseconds. */
const INTERVAL = 2_000;

/**
 * Serves HTTP/1.1 over TLS, and asks clients for a certificate where there are authorities for it. Whether they need one
 * is for who authenticates them to say: a connection without a valid one is taken, too.
 */
export class TlsRegistryServer extends Server implements RegistryServer {
  private readonly clients: Connections;
  /** Connections whose client has not agreed on TLS yet, by its address. */
  private readonly handshaking = new Map<string, Socket>();

  /** Throws where a file cannot be read, or the key is not that of the certificate. */
  constructor(config: HttpConfig, listener: RequestListener, messages: ServerOptions = {}) {
    const files = new TlsFiles(config.tls);
    super({
      ...limitsOf(config),
      ...messages,
      ...files.read(),
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: config.headersTimeout,
      requestCert: config.tls.clientAuthorities !== undefined,
      rejectUnauthorized: false,
    });
    this.clients = new Connections(this, config.idleTimeout, listener);
    this.on('connection', (socket: Socket) => this.watchHandshake(socket));
    this.on('secureConnection', (socket: TLSSocket) => {
      this.handshaking.delete(addressOf(socket));
      this.clients.know(socket);
    });
    this.on('listening', () => this.reloadWith(files));
  }

  async drain(timeout: number): Promise<void> {
    const drained = this.clients.drain(timeout);
    for (const socket of this.handshaking.values()) socket.destroy();
    await drained;
  }

  private watchHandshake(socket: Socket): void {
    const address = addressOf(socket);
    this.handshaking.set(address, socket);
    socket.on('close', () => {
      if (this.handshaking.get(address) === socket) this.handshaking.delete(address);
    });
  }

  /** Connections that are there keep what they have agreed on. */
  private reloadWith(files: TlsFiles): void {
    const timer = setInterval(() => {
      const changed = files.readChanged();
      if (changed) this.setSecureContext(changed);
    }, INTERVAL);
    timer.unref();
    this.on('close', () => clearInterval(timer));
  }
}

function addressOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

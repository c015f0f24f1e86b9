import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a store and its service, and breaks connections. */
export class CuttingProxy {
  /** Whether answers are kept back. */
  isSilent = false;
  private readonly sockets = new Set<Socket>();
  private cuts: number[] = [];
  /** Bytes since the last cut. */
  private passed = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.pass(client));
  }

  /** Listens on a free port for a service at `target`. */
  static async open(target: string): Promise<CuttingProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CuttingProxy(server, new URL(target));
  }

  /** The address of the service by way of this proxy, with the path that it has there. */
  get url(): string {
    const address = this.server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    return `http://127.0.0.1:${port}${this.target.pathname}`.replace(/\/$/, '');
  }

  /** Resets the connection that brings the byte behind so many of the next answers, and so on for each number. */
  cut(...bytes: number[]): void {
    this.cuts = bytes;
    this.passed = 0;
  }

  /** How many connections are still to be reset. */
  get cutsLeft(): number {
    return this.cuts.length;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private pass(client: Socket): void {
    const service = connect(Number(this.target.port), this.target.hostname);
    for (const socket of [client, service]) {
      this.sockets.add(socket);
      socket.on('error', () => {});
    }
    client.on('close', () => service.destroy());
    service.on('close', () => client.destroy());
    client.pipe(service);
    service.on('data', (chunk: Buffer) => this.answer(client, chunk));
  }

  private answer(client: Socket, chunk: Buffer): void {
    if (this.isSilent) return;
    const [cut = Number.POSITIVE_INFINITY] = this.cuts;
    this.passed += chunk.length;
    if (this.passed <= cut) {
      client.write(chunk);
      return;
    }
    this.cuts.shift();
    this.passed = 0;
    client.resetAndDestroy();
  }
}

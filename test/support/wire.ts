import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface WireAnswer {
  readonly status: number;
  /** By lower-case name; a header that comes twice has its values joined by `, `. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

const BODILESS: ReadonlySet<number> = new Set([204, 304]);

/** One connection, on which bytes go out as they are given and answers are read one after the other. */
export class Wire {
  private chunks: Buffer[] = [];
  private size = 0;
  private isClosed = false;
  private changed = Promise.withResolvers<void>();

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.size += chunk.length;
      this.tell();
    });
    // What the connection ended with is for `answer` to say: it was cut.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
      this.tell();
    });
  }

  static async open(url: string): Promise<Wire> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.setNoDelay();
    await once(socket, 'connect');
    return new Wire(socket);
  }

  /** Sends the head of a request, and its body where there is one. Content-Length is for the caller to give. */
  send(
    method: string,
    target: string,
    headers: Record<string, string | number> = {},
    body?: string | Uint8Array,
  ): this {
    const fields = Object.entries({ Host: 'registry.example', ...headers }).map(([name, value]) => `${name}: ${value}`);
    return this.sendRaw(`${[`${method} ${target} HTTP/1.1`, ...fields].join('\r\n')}\r\n\r\n`, body ?? '');
  }

  sendRaw(...parts: (string | Uint8Array)[]): this {
    for (const part of parts) this.socket.write(part);
    return this;
  }

  /** Reads the next answer; `to` is the method that it answers. Throws where the connection closes before its end. */
  async answer(to = 'GET'): Promise<WireAnswer> {
    const head = await this.take(() => {
      const end = this.received().indexOf('\r\n\r\n');
      return end === -1 ? undefined : end + 4;
    });
    const [first = '', ...lines] = head.toString('latin1').trimEnd().split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
    if (status === 100) return this.answer(to);
    const headers = headersOf(lines);
    const length = to === 'HEAD' || BODILESS.has(status) ? 0 : Number(headers.get('content-length'));
    if (Number.isNaN(length)) throw new Error(`an answer without Content-Length: ${head}`);
    return { status, headers, body: await this.take(() => (this.size >= length ? length : undefined)) };
  }

  /** Resolves when the connection is closed, with what came that nobody has read. */
  async closed(): Promise<Buffer> {
    while (!this.isClosed) await this.changed.promise;
    return this.received();
  }

  close(): void {
    this.socket.destroy();
  }

  private async take(enough: () => number | undefined): Promise<Buffer> {
    let size = enough();
    while (size === undefined) {
      if (this.isClosed) throw new Error(`the connection was closed; the last that came is: ${this.received()}`);
      await this.changed.promise;
      size = enough();
    }
    const received = this.received();
    this.chunks = [received.subarray(size)];
    this.size -= size;
    return received.subarray(0, size);
  }

  private received(): Buffer {
    const all = Buffer.concat(this.chunks);
    this.chunks = [all];
    return all;
  }

  private tell(): void {
    this.changed.resolve();
    this.changed = Promise.withResolvers();
  }
}

function headersOf(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value);
  }
  return headers;
}

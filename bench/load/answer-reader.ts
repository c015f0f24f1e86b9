import type { Answer } from './connection.ts';

const END_OF_HEAD = '\r\n\r\n';
const END_OF_CHUNKS = Buffer.from('0\r\n\r\n');

/** Reads one answer from the pieces that a connection brings. A body in chunks is kept, also where there is a sink. */
export class AnswerReader {
  readonly #hasBody: boolean;
  readonly #sink: ((piece: Buffer) => void) | undefined;
  #head: Buffer = Buffer.alloc(0);
  #status = 0;
  #headers: ReadonlyMap<string, string> | null = null;
  readonly #pieces: Buffer[] = [];
  /** Bytes of the body so far. */
  bytes = 0;

  /** The answer to a HEAD has no body, whatever its headers say. */
  constructor(hasBody: boolean, sink?: (piece: Buffer) => void) {
    this.#hasBody = hasBody;
    this.#sink = sink;
  }

  /** Takes the next piece; the answer when it is complete. */
  read(piece: Buffer): Answer | null {
    if (this.#headers !== null) return this.#readBody(piece, this.#headers);
    this.#head = Buffer.concat([this.#head, piece]);
    const end = this.#head.indexOf(END_OF_HEAD);
    if (end === -1) return null;
    const [statusLine = '', ...lines] = this.#head.toString('latin1', 0, end).split('\r\n');
    this.#status = Number(statusLine.split(' ')[1]);
    this.#headers = new Map(lines.map(headerOf));
    return this.#readBody(this.#head.subarray(end + END_OF_HEAD.length), this.#headers);
  }

  #readBody(piece: Buffer, headers: ReadonlyMap<string, string>): Answer | null {
    const isEmpty = !this.#hasBody || this.#status === 204 || this.#status === 304;
    if (isEmpty) return this.#answer(headers, Buffer.alloc(0));
    this.bytes += piece.length;
    const isChunked = headers.has('transfer-encoding');
    if (this.#sink && !isChunked) this.#sink(piece);
    // The buffer of the connection is used again for the next piece.
    else this.#pieces.push(Buffer.from(piece));
    if (isChunked) return this.#answerInChunks(headers);
    if (this.bytes < Number(headers.get('content-length') ?? 0)) return null;
    return this.#answer(headers, Buffer.concat(this.#pieces));
  }

  #answerInChunks(headers: ReadonlyMap<string, string>): Answer | null {
    const received = Buffer.concat(this.#pieces);
    if (!received.subarray(-END_OF_CHUNKS.length).equals(END_OF_CHUNKS)) return null;
    const body = withoutFraming(received);
    this.bytes = body.length;
    return this.#answer(headers, body);
  }

  #answer(headers: ReadonlyMap<string, string>, body: Buffer): Answer {
    return { status: this.#status, headers, body, bytes: this.bytes };
  }
}

function headerOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

/** RFC 9112, section 7.1. */
function withoutFraming(received: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = received.indexOf('\r\n', at);
    const size = Number.parseInt(received.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(chunks);
    chunks.push(received.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

import { createHash } from 'node:crypto';
import { type Answer, type Blocks, Connection, type RequestOptions } from './connection.ts';
import type { Content, LargeContent } from './content.ts';
import { type Image, MANIFEST_TYPE } from './image.ts';

/** A server answered otherwise than the benchmark takes for granted; its figures would be worth nothing. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
}

/** How the bytes of a blob come: with the PUT that ends the upload, or with a PATCH before it. */
export type UploadForm = 'put' | 'patch';

interface BlobSource {
  readonly digest: string;
  readonly size: number;
  readonly body: Uint8Array | Blocks;
}

const BINARY = { 'Content-Type': 'application/octet-stream' };
export const ACCEPT_MANIFEST = { Accept: MANIFEST_TYPE };

/**
 * The requests of pushes and pulls on one connection, or on the next one where the server ends it. Every answer that is not
 * the expected one is an error.
 */
export class RegistryClient {
  readonly #url: string;
  #connection: Connection;

  constructor(url: string) {
    this.#url = url;
    this.#connection = new Connection(url);
  }

  close(): void {
    this.#connection.close();
  }

  async expect(status: number, method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const answer = await this.#connection.request(method, path, options);
    if (answer.headers.get('connection') === 'close') {
      this.#connection.close();
      this.#connection = new Connection(this.#url);
    }
    if (answer.status === status) return answer;
    throw new UnexpectedAnswerError(`${method} ${path}: ${answer.status} ${answer.body.toString().slice(0, 300)}`);
  }

  /** What a client does that pushes a blob: ask whether it is there, and send it if it is not. */
  async pushBlob(repository: string, content: Content): Promise<void> {
    await this.expect(404, 'HEAD', `/v2/${repository}/blobs/${content.digest}`);
    await this.#upload(repository, { ...content, size: content.body.length }, 'put');
  }

  async pushLargeBlob(repository: string, content: LargeContent, form: UploadForm, body?: Blocks): Promise<void> {
    await this.#upload(repository, { ...content, body: body ?? content.blocks() }, form);
  }

  async pushManifest(repository: string, reference: string, manifest: Content): Promise<void> {
    const path = `/v2/${repository}/manifests/${reference}`;
    await this.expect(201, 'PUT', path, { headers: { 'Content-Type': MANIFEST_TYPE }, body: manifest.body });
  }

  async pushImage(repository: string, tag: string, { config, layer, manifest }: Image): Promise<void> {
    await this.pushBlob(repository, layer);
    await this.pushBlob(repository, config);
    await this.pushManifest(repository, tag, manifest);
  }

  /** Reads `path` whole and throws when its digest is another. */
  async verify(path: string, digest: string, headers: Record<string, string> = {}): Promise<void> {
    const hash = createHash('sha256');
    await this.expect(200, 'GET', path, { headers, sink: (piece) => void hash.update(piece) });
    const actual = `sha256:${hash.digest('hex')}`;
    if (actual !== digest) throw new UnexpectedAnswerError(`GET ${path}: the content is ${actual}`);
  }

  /** Sends all of a blob, so many blocks in each PATCH; `finish` ends the session that it resolves with. */
  async sendChunks(repository: string, content: LargeContent, blocksEach: number): Promise<Answer> {
    let session = await this.expect(202, 'POST', `/v2/${repository}/blobs/uploads/`, { body: new Uint8Array() });
    let [start, chunk]: [number, Buffer[]] = [0, []];
    const send = async (): Promise<void> => {
      const length = chunk.reduce((sum, block) => sum + block.length, 0);
      const range = `${start}-${start + length - 1}`;
      const headers = { ...BINARY, 'Content-Length': length, 'Content-Range': range };
      session = await this.expect(202, 'PATCH', locationOf(session), { headers, body: chunk });
      [start, chunk] = [start + length, []];
    };
    for (const block of content.blocks()) {
      chunk.push(block);
      if (chunk.length === blocksEach) await send();
    }
    if (chunk.length > 0) await send();
    return session;
  }

  /** Ends an upload of which all was sent. */
  async finish(session: Answer, digest: string): Promise<void> {
    await this.#finish(session, digest, { body: new Uint8Array() });
  }

  async #upload(repository: string, { digest, size, body }: BlobSource, form: UploadForm): Promise<void> {
    const begun = await this.expect(202, 'POST', `/v2/${repository}/blobs/uploads/`, { body: new Uint8Array() });
    const content: RequestOptions = { headers: { ...BINARY, 'Content-Length': size }, body };
    if (form === 'put') return this.#finish(begun, digest, content);
    const sent = await this.expect(202, 'PATCH', locationOf(begun), content);
    await this.#finish(sent, digest, { body: new Uint8Array() });
  }

  async #finish(session: Answer, digest: string, content: RequestOptions): Promise<void> {
    const location = locationOf(session);
    const separator = location.includes('?') ? '&' : '?';
    await this.expect(201, 'PUT', `${location}${separator}digest=${encodeURIComponent(digest)}`, content);
  }
}

function locationOf({ headers }: Answer): string {
  const location = headers.get('location');
  if (location === undefined) throw new UnexpectedAnswerError('the answer has no Location');
  const { pathname, search } = new URL(location, 'http://127.0.0.1');
  return pathname + search;
}

import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Pieces can be asked for again, from the first on, where a request is to be repeated. */
export type Body = Buffer | AsyncIterable<Uint8Array>;

export interface RequestOptions {
  readonly headers?: Record<string, string>;
  readonly body?: Body;
}

/** Bytes from `start` up to and without `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

const CONTENT = { 'content-type': 'application/octet-stream' };
const TIMEOUT = 60_000;

/** The requests of a push and of what has to be seen afterwards. Locations are paths, so that they outlive a port. */
export class RegistryClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Resolves when the whole answer is in; rejects when the connection ends before. */
  async request(method: string, path: string, { headers = {}, body }: RequestOptions = {}): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const length = Buffer.isBuffer(body) ? { 'content-length': body.length } : {};
    const signal = AbortSignal.timeout(TIMEOUT);
    const request = httpRequest(`${this.#url}${path}`, { method, headers: { ...headers, ...length }, signal });
    request.on('response', resolve).on('error', reject);
    if (body === undefined || Buffer.isBuffer(body)) request.end(body);
    else pipeline(body, request).catch(reject);
    const response = await promise;
    const answer = { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
    // Nobody goes on sending what has been refused.
    if (!request.writableFinished) request.destroy();
    return answer;
  }

  async startUpload(repository: string): Promise<string> {
    const answer = await this.#expect(202, 'POST', `/v2/${repository}/blobs/uploads/`);
    return this.#locationOf(answer);
  }

  /** Sends a chunk, or a stream of unknown length when no range is given. */
  async patch(location: string, body: Body, range?: ByteRange): Promise<string> {
    const headers = { ...CONTENT, ...rangeHeaders(range) };
    return this.#locationOf(await this.#expect(202, 'PATCH', location, { headers, body }));
  }

  async finishUpload(
    location: string,
    digest: string,
    body: Buffer = Buffer.alloc(0),
    range?: ByteRange,
  ): Promise<void> {
    const headers = { ...CONTENT, ...rangeHeaders(range) };
    await this.#expect(201, 'PUT', withParameter(location, 'digest', digest), { headers, body });
  }

  async pushWhole(repository: string, digest: string, body: Buffer): Promise<void> {
    const path = `/v2/${repository}/blobs/uploads/?digest=${digest}`;
    await this.#expect(201, 'POST', path, { headers: CONTENT, body });
  }

  /** How many bytes the server has of an upload; null when it knows no such upload. */
  async uploadOffset(location: string): Promise<number | null> {
    const { status, headers } = await this.request('GET', location);
    if (status === 404) return null;
    const last = headers.range?.match(/^0-(\d+)$/)?.[1];
    if (status !== 204 || last === undefined) {
      throw new UnexpectedAnswerError(`GET ${location}: ${status}`, status);
    }
    // `0-0` stands for nothing as well as for one byte; no chunk of this test is one byte long.
    return last === '0' ? 0 : Number(last) + 1;
  }

  async putManifest(repository: string, reference: string, type: string, body: Buffer): Promise<void> {
    const headers = { 'content-type': type };
    await this.#expect(201, 'PUT', `/v2/${repository}/manifests/${reference}`, { headers, body });
  }

  blob(repository: string, digest: string, method = 'GET'): Promise<Answer> {
    return this.request(method, `/v2/${repository}/blobs/${digest}`);
  }

  manifest(repository: string, reference: string): Promise<Answer> {
    const headers = { accept: `${MANIFEST_TYPE}, ${INDEX_TYPE}` };
    return this.request('GET', `/v2/${repository}/manifests/${reference}`, { headers });
  }

  /** Digests of the referrers that are listed; none when the server does not list any. */
  async referrers(repository: string, subject: string): Promise<string[]> {
    const { status, body } = await this.request('GET', `/v2/${repository}/referrers/${subject}`);
    if (status !== 200) return [];
    const index: { manifests: { digest: string }[] } = JSON.parse(body.toString());
    return index.manifests.map(({ digest }) => digest);
  }

  async tags(repository: string): Promise<string[]> {
    const { status, body } = await this.request('GET', `/v2/${repository}/tags/list`);
    if (status === 404) return [];
    const list: { tags: string[] } = JSON.parse(body.toString());
    return list.tags;
  }

  async #expect(status: number, method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const answer = await this.request(method, path, options);
    if (answer.status === status) return answer;
    const found = `${answer.status} ${answer.body.toString().slice(0, 300)}`;
    throw new UnexpectedAnswerError(`${method} ${path}: ${found}`, answer.status);
  }

  #locationOf({ headers, status }: Answer): string {
    const { location } = headers;
    if (location === undefined) throw new UnexpectedAnswerError('the answer has no Location', status);
    const { pathname, search } = new URL(location, this.#url);
    return pathname + search;
  }
}

function rangeHeaders(range: ByteRange | undefined): Record<string, string> {
  if (range === undefined) return {};
  const { start, end } = range;
  return { 'content-range': `${start}-${end - 1}`, 'content-length': String(end - start) };
}

export function withParameter(path: string, name: string, value: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${name}=${encodeURIComponent(value)}`;
}

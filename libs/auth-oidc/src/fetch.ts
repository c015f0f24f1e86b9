import type { IncomingMessage } from 'node:http';
import { get as getPlain } from 'node:http';
import { get } from 'node:https';

/** Far more than the keys of any provider. */
const MAX_SIZE = 1024 * 1024;
const TIMEOUT = 5_000;

export interface FetchOptions {
  readonly headers?: Headers | Record<string, string>;
  readonly signal?: AbortSignal;
}

/** Gets what is at a URL, and trusts the authorities `ca`, PEM, in place of those of Node, which `fetch` knows no way for. */
export function secureFetch(ca: Buffer | undefined): (url: string, options?: FetchOptions) => Promise<Response> {
  return (url, { headers = {}, signal = AbortSignal.timeout(TIMEOUT) } = {}) =>
    new Promise((resolve, reject) => {
      const fields = Object.fromEntries(new Headers(headers));
      const options = { headers: fields, signal, agent: false, ...(ca && { ca }) };
      const request = new URL(url).protocol === 'https:' ? get(url, options) : getPlain(url, options);
      request.on('error', reject);
      request.on('response', (answer) => {
        readAll(answer).then((body) => resolve(responseOf(answer, body)), reject);
      });
    });
}

async function readAll(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += chunk.length;
    if (size > MAX_SIZE) throw new Error(`the answer is larger than ${MAX_SIZE} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function responseOf({ statusCode = 500, headers }: IncomingMessage, body: Buffer): Response {
  const type = headers['content-type'] ?? 'application/octet-stream';
  return new Response(new Uint8Array(body), { status: statusCode, headers: { 'Content-Type': type } });
}

import { type Client, type Config, createClient, createConfig } from './generated/client/index.js';

/** How to reach a registry, and everything that `fetch` takes: headers, a signal, credentials. */
export interface RegistryClientConfig extends Config {
  /** Where the registry is, without a slash at its end: `http://127.0.0.1:5000`. */
  readonly baseUrl: string;
}

/** Without `duplex`, fetch refuses to send streams. */
const DEFAULTS = { bodySerializer: serializeBody, duplex: 'half' };

/** Makes a client of a registry, for the `client` of each operation. Bytes are sent as they are, streams as they come. */
export function createRegistryClient(config: RegistryClientConfig): Client {
  return createClient(createConfig({ ...DEFAULTS, ...config }));
}

function serializeBody(body: unknown): unknown {
  const isBytes = body instanceof Uint8Array || body instanceof Blob || body instanceof ReadableStream;
  return isBytes ? body : JSON.stringify(body);
}

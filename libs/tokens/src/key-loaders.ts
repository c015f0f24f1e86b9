import { readFile, stat } from 'node:fs/promises';
import { TokenKeysError } from './token-keys-error.js';
import type { TrustedKeys } from './trusted-keys.js';

type Loader = () => Promise<TrustedKeys | null>;
type Read = (text: string) => Promise<TrustedKeys>;

/** Bytes: a thousand keys. */
const LARGEST_SET = 1024 * 1024;

/** Reads a file whenever it is another one than the last time, or has been written to. */
export function fileLoader(file: string, read: Read): Loader {
  let last = '';
  return async () => {
    const { mtimeMs, size, ino } = await stat(file);
    const version = `${mtimeMs}/${size}/${ino}`;
    if (version === last) return null;
    const keys = await read(await readFile(file, 'utf8'));
    last = version;
    return keys;
  };
}

/** Fetches a URL; gives up after `timeout` milliseconds. */
export function urlLoader(url: string, timeout: number, read: Read): Loader {
  return async () => {
    const response = await fetch(url, {
      // Wherever else an answer points to, nobody has configured to be trusted.
      redirect: 'error',
      headers: { Accept: 'application/jwk-set+json, application/json' },
      signal: AbortSignal.timeout(timeout),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new TokenKeysError(`the key set was answered with the status ${response.status}`);
    }
    return read(await textOf(response));
  };
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LARGEST_SET) throw new TokenKeysError(`the key set has more than ${LARGEST_SET} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

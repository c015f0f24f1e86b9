import type { Readable, Writable } from 'node:stream';
import { Outlet } from './outlet.js';
import { TruncatedFileError } from './storage-error.js';

/** Hands over what `reader` gives, as `StorageDriver.send` says: from `offset` of the file at `path` on. */
export async function sendStream(
  reader: Readable,
  sink: Writable,
  path: string,
  offset: number,
  length: number | undefined,
): Promise<void> {
  const outlet = new Outlet(sink, path);
  let sent = 0;
  try {
    for await (const chunk of reader) {
      await outlet.write(chunk);
      sent += chunk.length;
    }
    requireAll(path, offset, length, sent);
  } finally {
    outlet.release();
    reader.destroy();
  }
}

function requireAll(path: string, offset: number, length: number | undefined, sent: number): void {
  if (length !== undefined && sent < length) throw new TruncatedFileError(path, offset + length, offset + sent);
}

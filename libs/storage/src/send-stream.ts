import type { Readable, Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { directOutputOf } from './direct-sink.js';
import { directInputOf } from './direct-source.js';
import { Outlet } from './outlet.js';
import { Pipe } from './pipe.js';
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
  const pipe = directInputOf(reader) && directOutputOf(sink) && (await Pipe.take());
  let sent = 0;
  try {
    for await (const chunk of reader) {
      await outlet.write(chunk);
      sent += chunk.length;
      if (pipe) sent += await passDirectly(reader, sink, pipe, outlet);
    }
    requireAll(path, offset, length, sent);
  } finally {
    pipe?.giveBack();
    outlet.release();
    reader.destroy();
  }
}

/** Moves what has come meanwhile from socket to socket; resolves with how many bytes. */
async function passDirectly(reader: Readable, sink: Writable, pipe: Pipe, outlet: Outlet): Promise<number> {
  const [input, output] = [directInputOf(reader), directOutputOf(sink)];
  let passed = 0;
  while (input && output && outlet.isOpen) {
    const [from, to] = [input.descriptor(), output.descriptor()];
    if (from === null || to === null) break;
    const { given, rest } = pipe.move(from, to, input.missing());
    if (given + rest.length === 0) break;
    passed += given + rest.length;
    input.passed(given + rest.length);
    if (given > 0) output.passed(given);
    // The stream waits until there is room; otherwise it is the turn of the others.
    if (rest.length > 0) await outlet.write(rest);
    else await setImmediate();
  }
  if (reader.readableLength === 0) input?.wait();
  return passed;
}

function requireAll(path: string, offset: number, length: number | undefined, sent: number): void {
  if (length !== undefined && sent < length) throw new TruncatedFileError(path, offset + length, offset + sent);
}

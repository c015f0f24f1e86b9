import { createRequire } from 'node:module';
import { type DestinationStream, destination } from 'pino';
import { ACCESS_MESSAGE, type AccessEntry } from './access-entry.js';

/** Writes lines for people to stdout, at once: what a terminal shows is never behind. */
export function prettyDestination(): DestinationStream {
  // Not loaded for lines of JSON, which is what a server writes.
  const { isColorSupported, prettyFactory }: typeof import('pino-pretty') = createRequire(import.meta.url)(
    'pino-pretty',
  );
  const format = prettyFactory({ colorize: isColorSupported, singleLine: true, translateTime: 'SYS:HH:MM:ss.l' });
  const stdout = destination({ dest: 1, sync: true });
  return { write: (line) => stdout.write(format(shorten(JSON.parse(line)))) };
}

interface Line extends Partial<AccessEntry> {
  readonly level: string;
  readonly time: number;
  readonly msg?: string;
}

/** Keeps of the line of a request what a person looks for, in one glance. */
function shorten(line: Line): Line {
  if (line.msg !== ACCESS_MESSAGE) return line;
  const { level, time, method, path, status, bytes, duration } = line;
  return { level, time, msg: `${method} ${path} ${status}, ${bytes} bytes, ${duration} ms` };
}

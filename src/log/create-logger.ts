import { type DestinationStream, destination, pino } from 'pino';
import type { LogConfig } from '../config/index.js';
import type { Logger } from './logger.js';
import { prettyDestination } from './pretty-destination.js';

/** Lines that wait for a reader of stdout who has stopped reading, in bytes; what comes on top is dropped. */
const LONGEST_BACKLOG = 16 * 1024 ** 2;

/** Creates the log of the process, which writes to stdout. Lines of JSON begin with `level` and `time` (epoch milliseconds). */
export function createLogger({ level, format }: LogConfig, stream = createDestination(format)): Logger {
  return pino({ level, base: null, formatters: { level: (label) => ({ level: label }) } }, stream);
}

/**
 * Lines of JSON are collected while the last write is under way, so that a request never waits for the disk or the
 * pipe. Pino writes out the rest when the process exits; only a process that is killed by a signal loses the last lines.
 */
function createDestination(format: LogConfig['format']): DestinationStream {
  const isPretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY);
  return isPretty ? prettyDestination() : destination({ dest: 1, sync: false, maxLength: LONGEST_BACKLOG });
}

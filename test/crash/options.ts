import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export interface CrashOptions {
  readonly seed: string;
  /** At most this many kills. */
  readonly rounds: number;
  /** No round begins later than this. */
  readonly seconds: number;
}

const FULL_SECONDS = 100;
const SHORT_SECONDS = 15;

/** @throws Error for an unknown option or a number that is none */
export function parseOptions(args: readonly string[]): CrashOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      rounds: { type: 'string', default: 'Infinity' },
      seconds: { type: 'string' },
      short: { type: 'boolean', default: false },
    },
  });
  const seconds = values.seconds ?? (values.short ? SHORT_SECONDS : FULL_SECONDS);
  return {
    seed: values.seed,
    rounds: positive('rounds', values.rounds),
    seconds: positive('seconds', String(seconds)),
  };
}

function positive(option: string, value: string): number {
  const number = Number(value);
  if (number > 0) return number;
  throw new Error(`--${option} takes a number above 0`);
}

import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export interface CrashOptions {
  readonly seed: string;
  /** At most this many kills. */
  readonly rounds: number;
  /** No round begins later than this. */
  readonly seconds: number;
}

/** Of a full run and of a short one. */
export interface DefaultSeconds {
  readonly full: number;
  readonly short: number;
}

/** @throws Error for an unknown option or a number that is none */
export function parseOptions(
  args: readonly string[],
  standard: DefaultSeconds = { full: 100, short: 15 },
): CrashOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      rounds: { type: 'string', default: 'Infinity' },
      seconds: { type: 'string' },
      short: { type: 'boolean', default: false },
    },
  });
  const seconds = values.seconds ?? (values.short ? standard.short : standard.full);
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

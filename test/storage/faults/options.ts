import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export interface FaultOptions {
  readonly seed: string;
  readonly rounds: number;
}

const FULL_ROUNDS = 20;
/** One that ends in order, and one that ends with a kill. */
const SHORT_ROUNDS = 2;

/** @throws Error for an unknown option or a number that is none */
export function parseFaultOptions(args: readonly string[]): FaultOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: String(randomInt(2 ** 31)) },
      rounds: { type: 'string' },
      short: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds ?? (values.short ? SHORT_ROUNDS : FULL_ROUNDS));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number above 0');
  return { seed: values.seed, rounds };
}

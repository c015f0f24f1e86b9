import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { S3_SERVERS, type S3ServerName } from './system/s3-server.ts';

export interface BenchOptions {
  /** Rows to measure; null for all. */
  readonly only: readonly string[] | null;
  /** Peers to measure; null for all that the machine has. */
  readonly peers: readonly string[] | null;
  readonly rounds: number;
  /** Small sizes and short runs: to see that everything works, not how fast it is. */
  readonly isQuick: boolean;
  /** The row to profile our server under, instead of measuring. */
  readonly profile: string | null;
  /** The S3 service that the registries keep their content in; null for files. */
  readonly s3: S3ServerName | null;
  /** Where the storage roots are made: the disk below it is what is measured. */
  readonly folder: string;
  /** Name of the files under `bench/results`; null for the time of day. */
  readonly name: string | null;
}

const ROUNDS = 5;

/** @throws Error for an unknown option, driver or S3 service, or a number of rounds that is none */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      peers: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'string' },
      driver: { type: 'string', default: 'filesystem' },
      s3: { type: 'string', default: 'versitygw' },
      folder: { type: 'string', default: tmpdir() },
      name: { type: 'string' },
    },
  });
  return {
    only: listed(values.only),
    peers: listed(values.peers),
    rounds: rounds(values.rounds ?? String(values.quick ? 1 : ROUNDS)),
    isQuick: values.quick,
    profile: values.profile ?? null,
    s3: s3Server(values.driver, values.s3),
    folder: values.folder,
    name: values.name ?? null,
  };
}

function listed(text: string | undefined): string[] | null {
  return text === undefined ? null : text.split(',').map((word) => word.trim());
}

function s3Server(driver: string, name: string): S3ServerName | null {
  if (driver === 'filesystem') return null;
  if (driver !== 's3') throw new Error('--driver takes filesystem or s3');
  const server = S3_SERVERS.find((candidate) => candidate === name);
  if (server === undefined) throw new Error(`--s3 takes ${S3_SERVERS.join(' or ')}`);
  return server;
}

function rounds(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error('--rounds takes a whole number above 0');
}

import { parseArgs } from 'node:util';
import { SERVER_NAMES, type ServerName } from './servers.ts';
import { SUITES, type SuiteName, type SuiteSize } from './suites.ts';

/** What is run against one server, in this order. */
export interface ServerPlan {
  readonly server: ServerName;
  readonly suites: readonly SuiteName[];
}

export interface StorageTestOptions {
  readonly size: SuiteSize;
  readonly plans: readonly ServerPlan[];
}

type Plans = Readonly<Partial<Record<ServerName, readonly SuiteName[]>>>;

/** For every change: a few minutes, each driver at least by what all drivers must do. */
const SHORT: Plans = {
  versitygw: ['contract', 'conformance'],
  azurite: ['contract'],
  'fake-gcs': ['contract'],
};

/** The emulators keep everything in memory. */
const NIGHTLY: Plans = { versitygw: ['large'], 'ceph-rgw': ['large'] };

const ALL: readonly SuiteName[] = ['contract', 'e2e', 'conformance', 'faults'];
const FULL: Plans = Object.fromEntries(SERVER_NAMES.map((server) => [server, ALL]));

/** @throws Error for an unknown option, server or suite */
export function parseStorageOptions(args: readonly string[]): StorageTestOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      servers: { type: 'string' },
      only: { type: 'string' },
      short: { type: 'boolean', default: false },
      nightly: { type: 'boolean', default: false },
    },
  });
  if (values.short && values.nightly) throw new Error('--short and --nightly exclude each other');
  const standard = values.short ? SHORT : values.nightly ? NIGHTLY : FULL;
  const servers = listed('server', values.servers, SERVER_NAMES) ?? SERVER_NAMES.filter((name) => name in standard);
  const only = listed('suite', values.only, Object.keys(SUITES) as SuiteName[]);
  return {
    size: values.short ? 'short' : 'full',
    plans: servers.map((server) => ({ server, suites: only ?? standard[server] ?? ALL })),
  };
}

function listed<T extends string>(kind: string, text: string | undefined, known: readonly T[]): T[] | null {
  if (text === undefined) return null;
  return text.split(',').map((word) => {
    const found = known.find((name) => name === word.trim());
    if (found === undefined) throw new Error(`there is no ${kind} ${word}; there are ${known.join(', ')}`);
    return found;
  });
}

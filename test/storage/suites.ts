import { join } from 'node:path';
import type { TestServer } from '../servers/test-server.ts';

/** A suite that a process of its own runs against the store whose settings `STOWAGE_TEST_STORE` holds. */
export interface Suite {
  /** Arguments of Node. */
  readonly args: (size: SuiteSize, server: TestServer) => readonly string[];
  /** Finds the figures in what it prints. */
  readonly figures: RegExp;
}

export type SuiteSize = 'short' | 'full';

const PROJECT = join(import.meta.dirname, '../..');
const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  join(PROJECT, 'node_modules/jest/bin/jest.js'),
];
const OF_JEST = /^Tests: +(.*)$/m;
const OF_CHECKS = /^\d+ passed, \d+ failed$/m;

/** End-to-end specs that bring their own storage, or are about what is the same with each. */
const WITHOUT_STORE = [
  'bundle',
  'docs',
  'embedding',
  'hostile-paths',
  'large-answers',
  'migrate',
  'power-cut',
  'sendfile',
];

/** The test's own Ceph has 6 GiB of memory for all, and a copy and what is copied are there at the same time. */
function gibibytes(size: SuiteSize, server: string): string {
  if (size === 'short') return '0.5';
  return server === 'ceph-rgw' ? '2' : '10';
}

export const SUITES = {
  contract: {
    // The specs of other libraries are about other stores.
    args: (_size, { settings }) => [
      ...JEST,
      '--selectProjects',
      'store',
      '--testPathIgnorePatterns',
      '/node_modules/',
      `/libs/storage-(?!${settings.STOWAGE_STORAGE_DRIVER}/)`,
    ],
    figures: OF_JEST,
  },
  e2e: {
    args: () => [
      ...JEST,
      '--selectProjects',
      'e2e',
      '--testPathIgnorePatterns',
      '/node_modules/',
      `/test/(${WITHOUT_STORE.join('|')})\\.e2e-spec\\.ts$`,
    ],
    figures: OF_JEST,
  },
  conformance: {
    args: (size) => [join(PROJECT, 'test/conformance/run.ts'), 'dev', ...(size === 'full' ? ['1.1'] : [])],
    figures: OF_CHECKS,
  },
  faults: {
    args: (size) => [join(import.meta.dirname, 'faults/run.ts'), ...(size === 'short' ? ['--short'] : [])],
    figures: OF_CHECKS,
  },
  large: {
    args: (size, { name }) => [join(import.meta.dirname, 'large/run.ts'), '--gibibytes', gibibytes(size, name)],
    figures: OF_CHECKS,
  },
} as const satisfies Record<string, Suite>;

export type SuiteName = keyof typeof SUITES;

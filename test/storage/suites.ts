import { join } from 'node:path';

/** A suite that a process of its own runs against the store whose settings `STOWAGE_TEST_STORE` holds. */
export interface Suite {
  /** Arguments of Node; `driver` is the one of the store. */
  readonly args: (size: SuiteSize, driver: string) => readonly string[];
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

export const SUITES = {
  contract: {
    // The specs of other libraries are about other stores.
    args: (_size, driver) => [
      ...JEST,
      '--selectProjects',
      'store',
      '--testPathIgnorePatterns',
      '/node_modules/',
      `/libs/storage-(?!${driver}/)`,
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
    args: (size) => [join(import.meta.dirname, 'large/run.ts'), ...(size === 'short' ? ['--gibibytes', '1'] : [])],
    figures: OF_CHECKS,
  },
} as const satisfies Record<string, Suite>;

export type SuiteName = keyof typeof SUITES;

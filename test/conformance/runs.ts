/** One run of the suite against one fresh server. */
export interface ConformanceRun {
  readonly name: string;
  readonly driver: 'filesystem' | 'inmemory';
  readonly suite: Record<string, string>;
  readonly server: Record<string, string>;
  /** How many checks the pinned suite makes, so that a run which silently leaves some out is noticed. */
  readonly checks: number;
  /** Names of the checks which the suite itself does not run under these settings. */
  readonly notRun: readonly string[];
}

/** Cancelling an upload is optional in 1.1: the suite asks for it only since `dev`, where it must pass. */
const NOT_IN_1_1 = ['sha256 blobs/post cancel/blob-post-cancel', 'sha512 blobs/post cancel/blob-post-cancel'];

const DEV = { suite: { OCI_VERSION: 'dev' }, server: {}, checks: 986, notRun: [] };

export const RUNS: readonly ConformanceRun[] = [
  { ...DEV, name: 'dev', driver: 'filesystem' },
  {
    name: '1.1',
    driver: 'filesystem',
    suite: { OCI_VERSION: '1.1' },
    server: {},
    checks: 862,
    notRun: NOT_IN_1_1,
  },
  {
    name: 'sparse',
    driver: 'filesystem',
    suite: { OCI_VERSION: 'dev', OCI_DATA_SPARSE: 'true' },
    server: { STOWAGE_MANIFEST_ALLOW_MISSING_REFERENCES: 'true' },
    checks: 1032,
    notRun: [],
  },
  { ...DEV, name: 'dev-inmemory', driver: 'inmemory' },
];

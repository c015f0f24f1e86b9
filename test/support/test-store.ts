import { randomUUID } from 'node:crypto';

type Settings = Readonly<Record<string, string>>;

/** The setting that holds the root of each driver; a root of another process lies elsewhere. */
const ROOTS: Settings = {
  filesystem: 'STOWAGE_STORAGE_FILESYSTEM_ROOT',
  s3: 'STOWAGE_STORAGE_S3_ROOT',
  azure: 'STOWAGE_STORAGE_AZURE_ROOT',
  gcs: 'STOWAGE_STORAGE_GCS_ROOT',
};

/**
 * The settings of a storage that nobody else uses: those of the store under test, which `STOWAGE_TEST_STORE` holds as JSON,
 * with a new root in it. Null where no store is under test.
 */
export function freshTestStore(env: Record<string, string | undefined> = process.env): Settings | null {
  const json = env.STOWAGE_TEST_STORE;
  return json ? withFreshRoot(JSON.parse(json)) : null;
}

/** The same store with a new root below the one that it had. */
export function withFreshRoot(settings: Settings): Settings {
  const driver = settings.STOWAGE_STORAGE_DRIVER ?? '';
  const name = ROOTS[driver];
  if (name === undefined) throw new Error(`the store under test has the driver ${driver || 'of nobody'}`);
  const parent = settings[name] ?? '';
  const isKey = driver !== 'filesystem';
  return { ...settings, [name]: isKey ? `${parent}${randomUUID()}/` : `${parent}/${randomUUID()}` };
}

/** Whether settings choose a storage by themselves. */
export function namesStorage(settings: Settings): boolean {
  return Object.keys(settings).some((name) => name.startsWith('STOWAGE_STORAGE_'));
}

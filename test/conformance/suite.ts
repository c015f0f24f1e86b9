import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MODULE = 'github.com/opencontainers/distribution-spec/conformance';
/** `go.mod` and `go.sum` in this folder pin the suite, its dependencies and the hashes of both. */
const MODULE_FOLDER = join(import.meta.dirname, 'suite');
const CACHE_FOLDER = join(import.meta.dirname, '../../node_modules/.cache/stowage-conformance');
const RUN_TIMEOUT = 300_000;

/**
 * Builds the official suite once per pinned version and returns the program's path.
 *
 * @throws Error when Go is missing or the build fails
 */
export async function buildSuite(): Promise<string> {
  const version = await pinnedVersion();
  const program = join(CACHE_FOLDER, version, 'oci-conformance');
  if (existsSync(program)) return program;
  console.log(`building ${MODULE} ${version}`);
  const unfinished = `${program}.${process.pid}`;
  const build = ['build', '-C', MODULE_FOLDER, '-ldflags', `-X main.Version=${version}`, '-o', unfinished, MODULE];
  await promisify(execFile)('go', build, { env: { ...process.env, GOFLAGS: '-mod=readonly' } });
  await rename(unfinished, program);
  return program;
}

/**
 * Runs the suite in `folder`, where it leaves `junit.xml`, `results.yaml` and `report.html`, and its output as
 * `suite.log`. Its exit status is not looked at: it is 0 also when nothing ran, the report alone counts.
 */
export async function runSuite(program: string, folder: string, settings: Record<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const log = await open(join(folder, 'suite.log'), 'w');
  try {
    const child = spawn(program, {
      cwd: folder,
      env: { PATH: process.env.PATH, ...settings, OCI_RESULTS_DIR: folder },
      stdio: ['ignore', log.fd, log.fd],
      timeout: RUN_TIMEOUT,
    });
    await once(child, 'close');
  } finally {
    await log.close();
  }
}

async function pinnedVersion(): Promise<string> {
  const file = await readFile(join(MODULE_FOLDER, 'go.mod'), 'utf8');
  const version = file.match(/distribution-spec\/conformance (v\S+)/)?.[1];
  if (version === undefined) throw new Error('suite/go.mod does not pin the conformance suite');
  return version;
}

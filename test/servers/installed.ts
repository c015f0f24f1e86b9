import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../interop/command.ts';
import { withoutServices } from '../interop/install.ts';

/** What test servers need, one folder for each version of each. */
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/stowage-servers');

const INSTALL_TIMEOUT = 900_000;

/**
 * The folder of something that is installed at its first use. `install` fills a folder, which may have to be at its
 * final place to work; without `isMovable` it is made there, and removed again when that fails.
 */
export async function installed(
  name: string,
  install: (folder: string) => Promise<void>,
  { isMovable = true }: { readonly isMovable?: boolean } = {},
): Promise<string> {
  const folder = join(CACHE, name);
  const mark = join(folder, 'installed');
  if (await exists(mark)) return folder;
  console.log(`installing ${name}`);
  await mkdir(CACHE, { recursive: true });
  await rm(folder, { recursive: true, force: true });
  const place = isMovable ? await mkdtemp(join(CACHE, 'new-')) : folder;
  try {
    await install(place);
    await mkdir(join(place, 'installed'), { recursive: true });
    if (isMovable) await rename(place, folder);
  } catch (error) {
    await rm(place, { recursive: true, force: true });
    throw error;
  }
  return folder;
}

/** A program of a Go module, `module@version`. */
export async function goProgram(name: string, command: string, version: string): Promise<string> {
  const folder = await installed(`${name}-${version}`, async (bin) => {
    const env = { ...process.env, GOBIN: bin, CGO_ENABLED: '0' };
    await run('go', ['install', `${command}@${version}`], { env, timeout: INSTALL_TIMEOUT });
  });
  return join(folder, name);
}

/** The folder of a virtual environment with Python packages, each `name==version`. */
export function pythonPackages(name: string, packages: readonly string[]): Promise<string> {
  return installed(
    name,
    async (folder) => {
      await run('python3', ['-m', 'venv', folder]);
      await run(join(folder, 'bin/pip'), ['install', '--quiet', ...packages], { timeout: INSTALL_TIMEOUT });
    },
    // Its scripts name their interpreter by its path.
    { isMovable: false },
  );
}

/** Debian's packages, installed where one of them is missing. Needs root. Services of theirs are not started. */
export async function debianPackages(packages: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const name of packages) if (!(await isInstalled(name))) missing.push(name);
  if (missing.length === 0) return;
  console.log(`installing ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { env, timeout: INSTALL_TIMEOUT });
  await withoutServices(async () => {
    await run('apt-get', ['install', '-y', '--no-install-recommends', ...missing], { env, timeout: INSTALL_TIMEOUT });
  });
}

async function isInstalled(name: string): Promise<boolean> {
  try {
    return (await run('dpkg', ['--status', name])).stdout.includes('\nStatus: install ok installed\n');
  } catch {
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

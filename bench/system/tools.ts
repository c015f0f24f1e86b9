import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

const PACKAGES: Record<string, string> = { wrk: 'wrk', taskset: 'util-linux' };

/** @throws Error where this is not Linux, or where a program is missing that every run needs */
export async function requireTools(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('the benchmark reads /proc, which only Linux has');
  for (const tool of Object.keys(PACKAGES)) {
    if (!(await isInstalled(tool))) throw new Error(`${tool} is missing: install the package ${PACKAGES[tool]}`);
  }
}

async function isInstalled(program: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, program)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

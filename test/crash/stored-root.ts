import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Checks } from './checks.ts';

const DIGEST = /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
const LAYOUT = 'docker/registry/v2';

/** Looks at the files themselves: every link must name stored data, every blob must hash to its name. */
export class StoredRoot {
  readonly #folder: string;
  readonly #checks: Checks;
  readonly #intact = new Set<string>();

  constructor(root: string, checks: Checks) {
    this.#folder = join(root, LAYOUT);
    this.#checks = checks;
  }

  /** `again` hashes also the blobs that an earlier call found intact. */
  async check({ again }: { again: boolean }): Promise<void> {
    if (again) this.#intact.clear();
    for (const file of await filesBelow(join(this.#folder, 'blobs'))) {
      if (basename(file) === 'data') await this.#blob(file);
    }
    for (const file of await filesBelow(join(this.#folder, 'repositories'))) {
      if (basename(file) === 'link') await this.#link(file);
    }
  }

  async #blob(file: string): Promise<void> {
    const name = basename(dirname(file));
    if (this.#intact.has(name)) return;
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    const isIntact = hash.digest('hex') === name;
    if (isIntact) this.#intact.add(name);
    this.#checks.expect('every stored blob hashes to its name', isIntact, () => file);
  }

  async #link(file: string): Promise<void> {
    const target = await readFile(file, 'utf8');
    this.#checks.expect(
      'every link file holds a digest',
      DIGEST.test(target),
      () => `${file}: ${JSON.stringify(target)}`,
    );
    const stored = await this.#canonical(file, target);
    const isStored = stored !== null && this.#intact.has(stored);
    this.#checks.expect('every link file names intact stored data', isStored, () => `${file} -> ${target}`);
  }

  /** The sha256 that a digest stands for: another algorithm goes by way of the repository's own link for it. */
  async #canonical(link: string, target: string): Promise<string | null> {
    const [algorithm = '', encoded = ''] = target.split(':');
    if (algorithm === 'sha256') return encoded;
    const repository = link.slice(0, link.lastIndexOf(`${sep}_`));
    try {
      const alias = await readFile(join(repository, '_manifests/revisions', algorithm, encoded, 'link'), 'utf8');
      return alias.startsWith('sha256:') ? alias.slice('sha256:'.length) : null;
    } catch {
      return null;
    }
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

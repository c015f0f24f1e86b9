import { createHash } from 'node:crypto';
import { type MigrationOptions, type MigrationReport, migrate } from '#libs/migration';
import type { OciErrorCode } from '#libs/oci';
import { loadMemoryStorage, type OpenStorage } from '#libs/storage';
import { EarlyRoot } from './early-root.js';
import { observe, type Watch } from './observed-storage.js';

const V2 = '/docker/registry/v2';

/** A storage in memory, with what writes the early layout into it and what looks at the outcome. */
export class MigrationFixture {
  readonly early: EarlyRoot;

  private constructor(readonly storage: OpenStorage) {
    this.early = new EarlyRoot(storage.driver);
  }

  static async make(): Promise<MigrationFixture> {
    return new MigrationFixture(await loadMemoryStorage());
  }

  run(options?: MigrationOptions): Promise<MigrationReport> {
    return migrate(this.storage, options);
  }

  /** The same storage, each operation on which is seen first. */
  watched(watch: Watch): OpenStorage {
    return { ...this.storage, driver: observe(this.storage.driver, watch) };
  }

  async textAt(path: string): Promise<string> {
    return String(await this.storage.driver.getContent(path));
  }

  async put(path: string, content: string | Buffer): Promise<void> {
    await this.storage.driver.putContent(path, Buffer.from(content));
  }

  delete(path: string): Promise<void> {
    return this.storage.driver.delete(path);
  }

  /** The paths of all files there; none where nothing is. */
  async filesBelow(path: string): Promise<string[]> {
    const files: string[] = [];
    for await (const entry of this.storage.driver.walk('/')) {
      if (!entry.isDirectory && entry.path.startsWith(path)) files.push(entry.path);
    }
    return files;
  }

  /** Every file with its content. */
  async everything(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const path of await this.filesBelow('/')) found.set(path, await this.textAt(path));
    return found;
  }

  /** Every file in today's layout, with its content. */
  async today(): Promise<Map<string, string>> {
    const isToday = (path: string) => path.startsWith(V2) && !/\/(blob|layers|manifests)\//.test(path);
    return new Map([...(await this.everything())].filter(([path]) => isToday(path)));
  }
}

/** The problems of a report in short: kind, path, codes. */
export function codesOf({ problems }: MigrationReport): [string, string, OciErrorCode[]][] {
  return problems.map(({ kind, path, errors }) => [kind, path, errors.map(({ code }) => code)]);
}

export function hexOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Where the blob of this content lies today. */
export function blobPathOf(content: string | Buffer): string {
  const hex = hexOf(content);
  return `${V2}/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
}

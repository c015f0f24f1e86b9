import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Digest } from '#libs/oci';
import { readSchema1 } from '#libs/schema1';
import { loadMemoryStorage, type OpenStorage, pathOf, type StorageDriver } from '#libs/storage';
import { EarlyRoot, tarOf } from '../../../test/support/early-root.js';
import { isChange, observe } from '../../../test/support/observed-storage.js';
import { type MigrationOptions, type MigrationReport, migrate } from './index.js';

const NAME = 'foo/bar';
const FRIEND = 'foo/friend';
const RECORDS = '/docker/registry/stowage/migration';

/** From the same bytes each time, so that each root is the same. */
class SameRoot {
  private constructor(
    readonly storage: OpenStorage,
    private readonly documents: ReadonlyMap<string, Buffer>,
  ) {}

  static async make(): Promise<SameRoot> {
    const storage = await loadMemoryStorage();
    const early = new EarlyRoot(storage.driver);
    const key: KeyObject = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const first = await early.addLayer(NAME, tarOf('first', 'first'));
    const second = await early.addLayer(NAME, tarOf('second', 'second'));
    await early.addLayer(FRIEND, tarOf('first', 'first'));
    await early.addManifest({ name: NAME, tag: 'latest', layers: [second, first], keys: [key] });
    await early.addManifest({ name: FRIEND, tag: 'latest', layers: [first], keys: [key] });
    const documents = new Map<string, Buffer>();
    for await (const path of filesOf(storage.driver)) documents.set(path, await storage.driver.getContent(path));
    return new SameRoot(storage, documents);
  }

  async again(): Promise<SameRoot> {
    const storage = await loadMemoryStorage();
    for (const [path, content] of this.documents) await storage.driver.putContent(path, content);
    return new SameRoot(storage, this.documents);
  }

  /** Runs a migration in a process that dies before its change of this number. Resolves to null when it did. */
  async runUntil(fatal: number, options: MigrationOptions): Promise<MigrationReport | null> {
    let changes = 0;
    const driver = observe(this.storage.driver, (operation) => {
      if (isChange(operation)) changes++;
      if (changes >= fatal) throw new Death();
    });
    try {
      return await migrate({ ...this.storage, driver }, options);
    } catch (error) {
      if (error instanceof Death) return null;
      throw error;
    }
  }

  /** Early files, of which none may be lost before all are migrated. */
  get early(): Iterable<string> {
    return this.documents.keys();
  }
}

class Death extends Error {}

describe.each([
  ['that keeps the early files', { remove: false }],
  ['that removes them', { remove: true }],
])('a migration %s, wherever it dies', (_case, options) => {
  it('leaves nothing half done, and is completed by the next run', async () => {
    const root = await SameRoot.make();
    const whole = await root.again();
    expect((await migrate(whole.storage, options)).problems).toEqual([]);
    const expected = await digestsOf(whole.storage.driver);

    let fatal = 0;
    let isOver = false;
    while (!isOver) {
      const victim = await root.again();
      isOver = (await victim.runUntil(++fatal, options)) !== null;
      const { driver } = victim.storage;
      await expectWhole(driver);
      const before = await digestsOf(driver);
      const isComplete = [NAME, FRIEND].every((name) => before.has(pathOf.tagLink(name, 'latest')));
      if (!isComplete) expect([...before.keys()]).toEqual(expect.arrayContaining([...victim.early]));

      const { tallies, problems, notices } = await migrate(victim.storage, options);
      expect([problems, notices]).toEqual([[], []]);
      const records = [...before.keys()].filter((path) => path.startsWith(`${RECORDS}/blob/`));
      if (!isComplete) expect(tallies.blob.present).toBe(records.length);
      expect(await digestsOf(driver)).toEqual(expected);
    }
    expect(fatal).toBeGreaterThan(30);
  });
});

/** Whatever a server finds by a link is there, and is what the link says. */
async function expectWhole(driver: StorageDriver): Promise<void> {
  for await (const path of filesOf(driver)) {
    if (!path.endsWith('/link')) continue;
    const digest = Digest.parse(String(await driver.getContent(path)));
    const content = await driver.getContent(pathOf.blob(digest));
    expect(Digest.of(content).toString()).toBe(digest.toString());
    const name = path.slice(pathOf.repositories().length + 1, path.indexOf('/_'));
    if (path.includes('/tags/')) await driver.stat(pathOf.revisionLink(name, digest));
    if (/\/revisions\/sha256\/[^/]+\/link$/.test(path)) await expectImage(driver, name, digest, content);
  }
}

async function expectImage(driver: StorageDriver, name: string, digest: Digest, payload: Buffer): Promise<void> {
  const { manifest } = readSchema1(payload);
  expect(manifest?.name).toBe(name);
  for (const layer of manifest?.fsLayers ?? []) await driver.stat(pathOf.layerLink(name, layer));
  expect(await driver.list(`${pathOf.signatures(name, digest)}/sha256`)).toHaveLength(1);
}

async function digestsOf(driver: StorageDriver): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  for await (const path of filesOf(driver)) digests.set(path, Digest.of(await driver.getContent(path)).toString());
  return digests;
}

async function* filesOf(driver: StorageDriver): AsyncGenerator<string> {
  for await (const { path, isDirectory } of driver.walk('/')) if (!isDirectory) yield path;
}

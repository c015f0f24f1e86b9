import { sign as signBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { exportJwk, generateKey } from '#libs/json-signature';
import type { OciErrorCode } from '#libs/oci';
import { printSchema1 } from '#libs/schema1';
import { LockManager, type LockOptions, pathOf } from '#libs/storage';
import { earlyManifestPath, tarOf, tarSumOf } from '../../../test/support/early-root.js';
import { codesOf, hexOf, MigrationFixture } from '../../../test/support/migration-fixture.js';
import { isChange } from '../../../test/support/observed-storage.js';
import { migrate } from './index.js';

const NAME = 'foo/bar';
const REPOSITORY = `/docker/registry/v2/repositories/${NAME}`;

describe('the migration of a manifest', () => {
  let fixture: MigrationFixture;
  const tar = tarOf('file.txt', 'content');
  const other = tarOf('other.txt', 'other content');

  beforeEach(async () => {
    fixture = await MigrationFixture.make();
  });

  const image = async () => ({ name: NAME, tag: 'latest', layers: [await fixture.early.addLayer(NAME, tar)] });

  it.each<[string, OciErrorCode[], (document: string) => string]>([
    ['of which a byte was changed', ['MANIFEST_UNVERIFIED'], (text) => text.replace('amd64', 'arm64')],
    [
      'without signatures',
      ['MANIFEST_UNVERIFIED'],
      (text) => `${text.slice(0, text.indexOf(',\n   "signatures"'))}\n}`,
    ],
    ['that is cut', ['MANIFEST_INVALID'], (text) => text.slice(0, -10)],
    ['that is empty', ['MANIFEST_INVALID'], () => ''],
    ['of another repository', ['MANIFEST_UNVERIFIED', 'NAME_INVALID'], (text) => text.replace(NAME, 'foo/baz')],
    ['of another tag', ['MANIFEST_UNVERIFIED', 'TAG_INVALID'], (text) => text.replace('"latest"', '"newest"')],
    [
      'of which everything is wrong',
      ['MANIFEST_UNVERIFIED', 'MANIFEST_INVALID', 'NAME_INVALID', 'TAG_INVALID', 'MANIFEST_BLOB_UNKNOWN'],
      (text) =>
        text
          .replace(NAME, 'foo/baz')
          .replace('"latest"', '"newest"')
          .replace('"schemaVersion": 1', '"schemaVersion": 2')
          .replace(tarSumOf(tar).encoded, tarSumOf(other).encoded),
    ],
    ['that is larger than 4 MiB', ['SIZE_INVALID'], (text) => text.padEnd(4 * 1024 * 1024 + 1)],
  ])('leaves one %s, and migrates its layers', async (_case, codes, change) => {
    const { path } = await fixture.early.addManifest(await image(), change);
    expect(codesOf(await fixture.run())).toEqual([['manifest', path, codes]]);
    expect(await fixture.textAt(pathOf.layerLink(NAME, tarSumOf(tar)))).toBe(`sha256:${hexOf(tar)}`);
    expect(await fixture.filesBelow(`${REPOSITORY}/_manifests`)).toEqual([]);
  });

  it('leaves one whose signature is valid, but of another name and tag', async () => {
    const { document } = await fixture.early.addManifest(await image());
    await fixture.early.addLayer('foo/copy', tar);
    await fixture.put(earlyManifestPath('foo/copy', 'copy'), document);
    expect(codesOf(await fixture.run())).toEqual([
      ['manifest', earlyManifestPath('foo/copy', 'copy'), ['NAME_INVALID', 'TAG_INVALID']],
    ]);
  });

  it('keeps what is signed, and tells that the rest of a document is not kept', async () => {
    const extra = `"fsLayers": [{"blobSum": "${tarSumOf(other)}"}]`;
    const change = (text: string) => text.replace(/,\n {3}"signatures"/, `,\n   ${extra},\n   "signatures"`);
    const { path, payload, digest } = await fixture.early.addManifest(await image(), change);
    const { problems, notices } = await fixture.run();
    expect(problems).toEqual([]);
    expect(notices).toEqual([{ path, text: expect.stringContaining('served in another form') }]);
    expect(await fixture.textAt(pathOf.blob(digest))).toBe(String(payload));
  });

  it('leaves one with a signature that cuts it where no document is cut', async () => {
    const payload = printSchema1({
      name: NAME,
      tag: 'latest',
      architecture: '',
      fsLayers: [await fixture.early.addLayer(NAME, tar)],
      history: ['{}'],
    });
    await fixture.put(earlyManifestPath(NAME, 'latest'), signedAtAnotherPlace(payload));
    const report = await fixture.run();
    expect(codesOf(report)).toEqual([['manifest', earlyManifestPath(NAME, 'latest'), ['MANIFEST_UNVERIFIED']]]);
  });

  it('keeps equal signatures once', async () => {
    const key = generateKey();
    const twice = (text: string) => text.replace(/"signatures": \[(.*)\n {3}\]/s, '"signatures": [$1,$1\n   ]');
    const { digest } = await fixture.early.addManifest({ ...(await image()), keys: [key] }, twice);
    const { problems, notices } = await fixture.run();
    expect([problems.length, notices.length]).toEqual([0, 1]);
    expect(await fixture.filesBelow(pathOf.signatures(NAME, digest))).toHaveLength(1);
  });

  it('leaves a tag that points to something newer, and stores the manifest', async () => {
    const { path, digest } = await fixture.early.addManifest(await image());
    const newer = `sha256:${hexOf('newer')}`;
    await fixture.put(pathOf.tagLink(NAME, 'latest'), newer);
    const { notices, tallies } = await fixture.run();
    expect(tallies.manifest.migrated).toBe(1);
    expect(notices).toEqual([{ path, text: expect.stringContaining('the tag points to another manifest already') }]);
    expect(await fixture.textAt(pathOf.tagLink(NAME, 'latest'))).toBe(newer);
    expect(await fixture.textAt(pathOf.revisionLink(NAME, digest))).toBe(String(digest));
  });

  it('sets a tag whose link is cut', async () => {
    const { digest } = await fixture.early.addManifest(await image());
    await fixture.put(pathOf.tagLink(NAME, 'latest'), 'sha256:12');
    await fixture.run();
    expect(await fixture.textAt(pathOf.tagLink(NAME, 'latest'))).toBe(String(digest));
  });

  it('changes manifests and tags only under the lock of their repository', async () => {
    await fixture.early.addManifest(await image());
    const held = new Set<string>();
    const locks = new WatchedLocks(fixture.storage.locks, held);
    const changes: boolean[] = [];
    const { driver } = fixture.watched((operation, path) => {
      if (isChange(operation) && path.startsWith(`${REPOSITORY}/_manifests/`))
        changes.push(held.has(`repository/${NAME}`));
    });
    await migrate({ driver, locks });
    await migrate({ driver, locks }, { remove: true });
    expect(changes.length).toBeGreaterThan(4);
    expect(changes).not.toContain(false);
  });
});

/** Tells who holds a lock. */
class WatchedLocks extends LockManager {
  constructor(
    private readonly locks: LockManager,
    private readonly held: Set<string>,
  ) {
    super();
  }

  exclusively<T>(key: string, work: () => Promise<T>, options?: LockOptions): Promise<T> {
    const watched = async () => {
      this.held.add(key);
      return work().finally(() => this.held.delete(key));
    };
    return this.locks.exclusively(key, watched, options);
  }
}

/** A document whose signature cuts the payload behind its first member, which is legal: what follows is all in the tail. */
function signedAtAnotherPlace(payload: Buffer): Buffer {
  const cut = payload.indexOf(',');
  const key = generateKey();
  const region = { formatLength: cut, formatTail: payload.toString('base64url', cut), time: '2014-12-12T00:00:00Z' };
  const header = Buffer.from(JSON.stringify(region)).toString('base64url');
  const input = Buffer.from(`${header}.${payload.toString('base64url')}`);
  const signature = {
    header: { jwk: exportJwk(key), alg: 'ES256' },
    signature: signBytes('sha256', input, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url'),
    protected: header,
  };
  return Buffer.from(`${payload.toString('latin1', 0, cut)},\n   "signatures": ${JSON.stringify([signature])}\n}`);
}

import { beforeEach, describe, expect, it } from '@jest/globals';
import { generateKey, parseSignedJson, prettySignature } from '#libs/json-signature';
import { LockTimeoutError, pathOf } from '#libs/storage';
import { earlyBlobPath, earlyLinkPath, earlyManifestPath, tarOf, tarSumOf } from '../../../test/support/early-root.js';
import { blobPathOf, codesOf, hexOf, MigrationFixture } from '../../../test/support/migration-fixture.js';
import { migrate } from './index.js';

const V2 = '/docker/registry/v2';
const OWN = '/docker/registry/stowage';
const NAME = 'foo/bar';
const REPOSITORY = `${V2}/repositories/${NAME}`;

describe('a migration', () => {
  let fixture: MigrationFixture;
  const tar = tarOf('file.txt', 'content');
  const other = tarOf('other.txt', 'other content');

  beforeEach(async () => {
    fixture = await MigrationFixture.make();
  });

  it("writes today's layout: blobs, links, alias links, the revision with its signatures, the tag with its history", async () => {
    const layer = await fixture.early.addLayer(NAME, tar);
    const keys = [generateKey(), generateKey()];
    const { document, payload } = await fixture.early.addManifest({ name: NAME, tag: 'latest', layers: [layer], keys });
    const { tallies, problems, notices } = await fixture.run();
    expect(tallies).toEqual({
      blob: { migrated: 1, present: 0, left: 0 },
      link: { migrated: 1, present: 0, left: 0 },
      manifest: { migrated: 1, present: 0, left: 0 },
    });
    expect([problems, notices]).toEqual([[], []]);

    const [image, content] = [`sha256:${hexOf(payload)}`, `sha256:${hexOf(tar)}`];
    const { signatures } = JSON.parse(document.toString());
    const kept: string[] = signatures.map((signature: unknown) => JSON.stringify(signature));
    const expected = new Map([
      [blobPathOf(tar), String(tar)],
      [blobPathOf(payload), String(payload)],
      [`${REPOSITORY}/_layers/sha256/${hexOf(tar)}/link`, content],
      [`${REPOSITORY}/_layers/tarsum/v1/sha256/${layer.encoded}/link`, content],
      [`${REPOSITORY}/_manifests/revisions/sha256/${hexOf(payload)}/link`, image],
      [`${REPOSITORY}/_manifests/tags/latest/index/sha256/${hexOf(payload)}/link`, image],
      [`${REPOSITORY}/_manifests/tags/latest/current/link`, image],
      ...kept.flatMap((signature): [string, string][] => [
        [blobPathOf(signature), signature],
        [
          `${REPOSITORY}/_manifests/revisions/sha256/${hexOf(payload)}/signatures/sha256/${hexOf(signature)}/link`,
          `sha256:${hexOf(signature)}`,
        ],
      ]),
    ]);
    expect(await fixture.today()).toEqual(expected);
    expect(prettySignature(payload, parseSignedJson(document).signatures).equals(document)).toBe(true);
  });

  it.each([
    'tarsum+sha256',
    'tarsum.v1+sha256',
    'tarsum.dev+sha256',
    'tarsum.v1+sha512',
    'tarsum.v1+md5',
    'tarsum+sha1',
  ])('verifies and links layers under %s', async (algorithm) => {
    const layer = await fixture.early.addLayer(NAME, tar, algorithm);
    expect((await fixture.run()).problems).toEqual([]);
    expect(await fixture.textAt(pathOf.layerLink(NAME, layer))).toBe(`sha256:${hexOf(tar)}`);
  });

  it('stores a layer once, and links it in the repositories that have it and in no other', async () => {
    const layer = await fixture.early.addLayer(NAME, tar);
    await fixture.early.addLayer('foo/friend', tar, 'tarsum.dev+sha256');
    await fixture.early.addLayer('foo/stranger', other);
    expect((await fixture.run()).tallies.blob.migrated).toBe(3);
    expect(await fixture.filesBelow(`${V2}/blobs`)).toHaveLength(2);
    expect(await fixture.filesBelow(`${V2}/repositories/foo/friend/_layers`)).toHaveLength(2);
    await expect(fixture.textAt(pathOf.layerLink('foo/friend', layer))).rejects.toThrow();
    await expect(fixture.textAt(pathOf.layerLink('foo/stranger', layer))).rejects.toThrow();
  });

  it('keeps blobs that no repository links', async () => {
    await fixture.put(earlyBlobPath(tarSumOf(tar)), tar);
    await fixture.run();
    expect(await fixture.textAt(blobPathOf(tar))).toBe(String(tar));
  });

  it.each([
    ['has another sum', other, 'the content has another tarsum than its name'],
    ['is cut', tar.subarray(0, 515), 'the content is not an archive, or not a whole one'],
    ['is no archive', Buffer.from('no archive'), 'the content is not an archive, or not a whole one'],
    ['is empty', Buffer.alloc(0), 'the content has another tarsum than its name'],
  ])('leaves a blob that %s, and what needs it, and migrates the rest', async (_case, content, message) => {
    const good = await fixture.early.addLayer(NAME, tarOf('good', 'good'));
    const bad = await fixture.early.addLayer(NAME, tar);
    await fixture.put(earlyBlobPath(bad), content);
    const whole = await fixture.early.addManifest({ name: NAME, tag: 'whole', layers: [good] });
    await fixture.early.addManifest({ name: NAME, tag: 'broken', layers: [bad, good, bad] });
    const report = await fixture.run();
    expect(codesOf(report)).toEqual([
      ['blob', earlyBlobPath(bad), ['DIGEST_INVALID']],
      ['link', earlyLinkPath(NAME, bad), ['BLOB_UNKNOWN']],
      ['manifest', earlyManifestPath(NAME, 'broken'), ['MANIFEST_BLOB_UNKNOWN']],
    ]);
    expect(report.problems[0]?.errors[0]?.message).toBe(message);
    expect(report.problems[2]?.errors[0]?.detail).toEqual({ digest: bad });
    const files = [...(await fixture.today()).keys(), ...(await fixture.filesBelow(OWN))].join('\n');
    for (const digest of [hexOf(content), hexOf(tar), bad.encoded]) expect(files).not.toContain(digest);
    expect(files).not.toContain('broken');
    expect(files).not.toContain('incoming');
    expect(await fixture.textAt(pathOf.tagLink(NAME, 'whole'))).toBe(String(whole.digest));
  });

  it.each([
    ['is cut', (text: string) => text.slice(0, -1)],
    ['is empty', () => ''],
    ['ends with a line feed', (text: string) => `${text}\n`],
    ['names another digest', () => String(tarSumOf(other))],
  ])('leaves a link that %s, and migrates its blob', async (_case, change) => {
    const digest = await fixture.early.addLayer(NAME, tar);
    await fixture.early.addLink(NAME, digest, change(String(digest)));
    expect(codesOf(await fixture.run())).toEqual([['link', earlyLinkPath(NAME, digest), ['DIGEST_INVALID']]]);
    expect(await fixture.textAt(blobPathOf(tar))).toBe(String(tar));
    expect(await fixture.filesBelow(`${REPOSITORY}/_layers`)).toEqual([]);
  });

  it('leaves a link without a blob', async () => {
    await fixture.early.addLink(NAME, tarSumOf(tar));
    expect(codesOf(await fixture.run())).toEqual([['link', earlyLinkPath(NAME, tarSumOf(tar)), ['BLOB_UNKNOWN']]]);
  });

  it('leaves files that no early registry wrote', async () => {
    await fixture.put(`${V2}/blob/sha256/ab/${hexOf('x')}`, 'x');
    await fixture.put(`${REPOSITORY}/readme`, 'x');
    expect(codesOf(await fixture.run())).toEqual([
      ['foreign', `${V2}/blob/sha256/ab/${hexOf('x')}`, ['UNSUPPORTED']],
      ['foreign', `${REPOSITORY}/readme`, ['UNSUPPORTED']],
    ]);
  });

  it('leaves a file that cannot be read, and migrates the rest', async () => {
    const [bad, good] = [await fixture.early.addLayer(NAME, tar), await fixture.early.addLayer(NAME, other)];
    const failing = fixture.watched((operation, path) => {
      if (operation === 'reader' && path === earlyBlobPath(bad)) throw new Error('EIO: i/o error');
    });
    const report = await migrate(failing);
    expect(codesOf(report)[0]).toEqual(['blob', earlyBlobPath(bad), ['UNKNOWN']]);
    expect(report.problems[0]?.errors[0]?.detail).toEqual({ reason: 'EIO: i/o error' });
    expect(await fixture.textAt(pathOf.layerLink(NAME, good))).toBe(`sha256:${hexOf(other)}`);
    expect((await fixture.run()).problems).toEqual([]);
  });

  it('tells how many bytes it reads', async () => {
    await fixture.early.addLayer(NAME, tar);
    await fixture.early.addLayer(NAME, other);
    let bytes = 0;
    const observer = {
      read: (count: number) => {
        bytes += count;
      },
    };
    await fixture.run({ observer });
    expect(bytes).toBe(tar.length + other.length);
    await fixture.run({ observer });
    expect(bytes).toBe(tar.length + other.length);
  });

  it('ends when the storage takes no more, and leaves nothing half done', async () => {
    await fixture.early.addLayer(NAME, tar);
    const full = fixture.watched((operation) => {
      if (operation === 'write') throw new Error('ENOSPC: no space left on device');
    });
    await expect(migrate(full)).rejects.toThrow('ENOSPC');
    expect([...(await fixture.today()).keys(), ...(await fixture.filesBelow(OWN))]).toEqual([]);
  });

  it('is the only one on its storage', async () => {
    await fixture.early.addLayer(NAME, tar);
    await fixture.storage.locks.exclusively('migration', async () => {
      await expect(fixture.run()).rejects.toThrow(LockTimeoutError);
      expect((await fixture.run({ dryRun: true })).tallies.blob.migrated).toBe(1);
    });
    expect((await fixture.run()).tallies.blob.migrated).toBe(1);
  });
});

import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Digest } from '#libs/oci';
import { pathOf } from '#libs/storage';
import { type EarlyDocument, earlyBlobPath, earlyLinkPath, tarOf, tarSumOf } from '../../../test/support/early-root.js';
import { blobPathOf, codesOf, hexOf, MigrationFixture } from '../../../test/support/migration-fixture.js';
import { isChange } from '../../../test/support/observed-storage.js';
import { migrate } from './index.js';

const NAME = 'foo/bar';
const REPOSITORY = `/docker/registry/v2/repositories/${NAME}`;

describe('a migration', () => {
  let fixture: MigrationFixture;
  const tar = tarOf('file.txt', 'content');
  const other = tarOf('other.txt', 'other content');

  beforeEach(async () => {
    fixture = await MigrationFixture.make();
  });

  describe('that is run again', () => {
    it('writes nothing, and opens no blob', async () => {
      await fixture.early.addManifest({ name: NAME, tag: 'latest', layers: [await fixture.early.addLayer(NAME, tar)] });
      await fixture.run();
      const operations: string[] = [];
      const { tallies } = await migrate(fixture.watched((operation) => operations.push(operation)));
      for (const tally of Object.values(tallies)) expect(tally).toEqual({ migrated: 0, present: 1, left: 0 });
      expect(operations).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(putContent|writer|move|delete|reader)$/)]),
      );
    });

    it('migrates what was mended, and nothing else', async () => {
      const layer = await fixture.early.addLayer(NAME, tar);
      const { document, path, digest } = await fixture.early.addManifest({
        name: NAME,
        tag: 'latest',
        layers: [layer],
      });
      await fixture.put(earlyBlobPath(layer), tar.subarray(0, 512));
      await fixture.put(path, document.subarray(1));
      expect((await fixture.run()).problems).toHaveLength(3);
      await fixture.put(earlyBlobPath(layer), tar);
      await fixture.put(path, document);
      expect((await fixture.run()).problems).toEqual([]);
      expect(await fixture.textAt(pathOf.tagLink(NAME, 'latest'))).toBe(String(digest));
    });

    it('takes a layer from the repository that clients pushed it to again', async () => {
      const layer = await fixture.early.addLayer(NAME, tar);
      await fixture.early.addManifest({ name: NAME, tag: 'latest', layers: [layer] });
      await fixture.delete(earlyBlobPath(layer));
      expect((await fixture.run()).problems).toHaveLength(2);
      await fixture.put(pathOf.layerLink(NAME, layer), `sha256:${hexOf(tar)}`);
      expect((await fixture.run()).problems).toHaveLength(2);
      await fixture.put(blobPathOf(tar), tar);
      expect((await fixture.run()).problems).toEqual([]);
    });

    it('does not bring back what was deleted since', async () => {
      const layer = await fixture.early.addLayer(NAME, tar);
      await fixture.early.addManifest({ name: NAME, tag: 'latest', layers: [layer] });
      await fixture.run();
      await fixture.delete(`${REPOSITORY}/_manifests`);
      await fixture.delete(`${REPOSITORY}/_layers`);
      await fixture.run({ remove: true });
      expect(await fixture.filesBelow(REPOSITORY)).toEqual([]);
    });

    it('links nothing to a copy that is lost and cannot be made again', async () => {
      const layer = await fixture.early.addLayer(NAME, tar);
      await fixture.run();
      await fixture.delete(blobPathOf(tar));
      await fixture.put(earlyBlobPath(layer), 'damaged');
      await fixture.early.addLink('foo/friend', layer);
      expect(codesOf(await fixture.run())).toEqual([
        ['blob', earlyBlobPath(layer), ['DIGEST_INVALID']],
        ['link', earlyLinkPath('foo/friend', layer), ['BLOB_UNKNOWN']],
      ]);
    });

    it('replaces a copy of another size', async () => {
      await fixture.early.addLayer(NAME, tar);
      await fixture.run();
      await fixture.put(blobPathOf(tar), tar.subarray(1));
      expect((await fixture.run()).tallies.blob.migrated).toBe(1);
      expect(await fixture.textAt(blobPathOf(tar))).toBe(String(tar));
    });
  });

  it('keeps blobs that are there already, of layers and of manifests', async () => {
    await fixture.put(blobPathOf(tar), tar);
    const layer = await fixture.early.addLayer(NAME, tar);
    const { payload } = await fixture.early.addManifest({ name: NAME, tag: 'latest', layers: [layer] });
    await fixture.put(blobPathOf(payload), payload);
    const moved: string[] = [];
    const put: string[] = [];
    const storage = fixture.watched((operation, path) => {
      if (operation === 'move') moved.push(path);
      if (operation === 'putContent') put.push(path);
    });
    expect((await migrate(storage)).problems).toEqual([]);
    expect(moved).toEqual([]);
    expect(put).not.toContain(blobPathOf(payload));
  });

  describe('as a dry run', () => {
    it('tells what a run would do, and writes nothing', async () => {
      const layer = await fixture.early.addLayer(NAME, tar);
      await fixture.early.addManifest({ name: NAME, tag: 'latest', layers: [layer] });
      await fixture.early.addManifest({ name: NAME, tag: 'bad', layers: [layer] }, (text) =>
        text.replace('amd64', 'arm64'),
      );
      await fixture.early.addManifest({ name: NAME, tag: 'taken', layers: [layer] });
      await fixture.put(pathOf.tagLink(NAME, 'taken'), `sha256:${hexOf('newer')}`);
      await fixture.put(earlyBlobPath(await fixture.early.addLayer(NAME, other)), 'broken');
      const before = await fixture.everything();
      const changes: string[] = [];
      const dry = await migrate(
        fixture.watched((operation) => void (isChange(operation) && changes.push(operation))),
        { dryRun: true },
      );
      expect(changes).toEqual([]);
      expect(await fixture.everything()).toEqual(before);
      const real = await fixture.run();
      expect(dry).toEqual(real);
      expect(dry.tallies.blob).toEqual({ migrated: 1, present: 0, left: 1 });
      expect(await fixture.run({ dryRun: true })).toMatchObject({
        tallies: { blob: { migrated: 0, present: 1, left: 1 } },
      });
    });

    it('removes nothing', async () => {
      await fixture.early.addLayer(NAME, tar);
      await fixture.run();
      const before = await fixture.everything();
      expect((await fixture.run({ dryRun: true, remove: true })).removed).toBe(0);
      expect(await fixture.everything()).toEqual(before);
    });
  });

  describe('that may remove the early files', () => {
    let layer: Digest;
    let image: EarlyDocument;

    beforeEach(async () => {
      layer = await fixture.early.addLayer(NAME, tar);
      image = await fixture.early.addManifest({ name: NAME, tag: 'latest', layers: [layer] });
    });

    it('removes them, and its records, when all are migrated', async () => {
      await fixture.run();
      const today = await fixture.today();
      expect((await fixture.run({ remove: true })).removed).toBe(3);
      expect(await fixture.everything()).toEqual(today);
      expect(await fixture.run()).toMatchObject({ tallies: { blob: { migrated: 0, present: 0 } }, problems: [] });
    });

    it('does all in one run', async () => {
      expect((await fixture.run({ remove: true })).removed).toBe(3);
      expect(await fixture.textAt(blobPathOf(tar))).toBe(String(tar));
    });

    it('removes nothing while anything is left', async () => {
      const bad = await fixture.early.addManifest({ name: NAME, tag: 'bad', layers: [layer] }, () => '{}');
      const before = await fixture.filesBelow('/');
      const { problems, removed } = await fixture.run({ remove: true });
      expect([problems.length, removed]).toEqual([1, 0]);
      expect(await fixture.filesBelow('/')).toEqual(expect.arrayContaining(before));
      await fixture.delete(bad.path);
      expect((await fixture.run({ remove: true })).removed).toBe(3);
    });

    it('leaves a file that came in meanwhile, for the next run', async () => {
      const late = tarSumOf(other);
      let added: Promise<void> | undefined;
      const removed = () => {
        added ??= fixture.storage.driver.putContent(earlyBlobPath(late), other);
      };
      expect((await fixture.run({ remove: true, observer: { removed } })).removed).toBe(3);
      await added;
      expect(await fixture.textAt(earlyBlobPath(late))).toBe(String(other));
      expect((await fixture.run({ remove: true })).removed).toBe(1);
    });

    it('reads again what an earlier run copied, and replaces what is not the same any more', async () => {
      await fixture.run();
      const damaged = Buffer.from(tar);
      damaged.writeUInt8(damaged.readUInt8(600) ^ 1, 600);
      await fixture.put(blobPathOf(tar), damaged);
      await fixture.put(blobPathOf(image.payload), 'damaged');
      expect((await fixture.run({ remove: true })).removed).toBe(3);
      expect(await fixture.textAt(blobPathOf(tar))).toBe(String(tar));
      expect(await fixture.textAt(blobPathOf(image.payload))).toBe(String(image.payload));
    });
  });
});

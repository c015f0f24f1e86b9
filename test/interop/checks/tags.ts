import assert from 'node:assert/strict';
import type { Context } from '../context.ts';
import { type SourceImage, smallImage } from '../images.ts';

/** Listing and deleting, as each client asks for it. */
export async function checkTags(context: Context): Promise<void> {
  await lists(context);
  await deletesTags(context);
  await deletesManifests(context);
}

async function lists({ report, workspace, registry, clients }: Context): Promise<void> {
  const { crane, skopeo, oras, regctl } = clients;
  const repository = `${registry.host}/tags/listed`;
  const tags = ['1.0', '1.1', 'Latest', 'latest'];
  const image = await smallImage(workspace, 'listed');
  await crane.push(image, `${repository}:1.0`);
  for (const tag of tags) await crane.run('tag', `${repository}:1.0`, tag);

  const listings = {
    skopeo: () => skopeo.tags(repository),
    crane: () => crane.lines('ls', repository),
    oras: async () => lines((await oras.run('repo', 'tags', '--plain-http', repository)).stdout),
    regctl: async () => lines((await regctl.run('tag', 'ls', repository)).stdout),
  };
  for (const [name, listing] of Object.entries(listings)) {
    await report.check(`${name} lists the tags of a repository in order`, async () => {
      assert.deepEqual(await listing(), tags);
    });
  }
  const catalogs = {
    crane: () => crane.lines('catalog', registry.host),
    oras: async () => lines((await oras.run('repo', 'ls', '--plain-http', registry.host)).stdout),
    regctl: async () => lines((await regctl.run('repo', 'ls', registry.host)).stdout),
  };
  for (const [name, catalog] of Object.entries(catalogs)) {
    await report.check(`${name} lists the repositories`, async () => {
      const names = await catalog();
      assert.ok(names.includes('tags/listed') && names.includes('large/docker'), names.join(', '));
    });
  }
}

/** A deleted tag leaves the manifest and its other tags. */
async function deletesTags(context: Context): Promise<void> {
  const { crane, regctl } = context.clients;
  const deletions = {
    crane: async (reference: string) => void (await crane.run('delete', reference)),
    regctl: async (reference: string) => void (await regctl.run('tag', 'rm', reference)),
  };
  for (const [name, remove] of Object.entries(deletions)) {
    await context.report.check(`${name} deletes a tag and leaves the manifest and its other tag`, async () => {
      const { repository, image } = await twoTags(context, `untagged-by-${name}`);
      await remove(`${context.registry.host}/${repository}:old`);
      assert.deepEqual(await context.reader.tags(repository), ['v1']);
      assert.equal(await context.reader.manifestStatus(repository, 'old'), 404);
      assert.equal(await context.reader.manifestStatus(repository, image.digest), 200);
    });
  }
}

/** A deleted manifest takes every tag that points to it along. */
async function deletesManifests(context: Context): Promise<void> {
  const { crane, skopeo, oras, regctl } = context.clients;
  const deletions = {
    skopeo: (repository: string) => skopeo.delete(`${repository}:v1`),
    crane: async (repository: string, digest: string) => void (await crane.run('delete', `${repository}@${digest}`)),
    oras: async (repository: string, digest: string) =>
      void (await oras.run('manifest', 'delete', '--force', '--plain-http', `${repository}@${digest}`)),
    regctl: async (repository: string, digest: string) =>
      void (await regctl.run('manifest', 'delete', `${repository}@${digest}`)),
  };
  for (const [name, remove] of Object.entries(deletions)) {
    await context.report.check(`${name} deletes a manifest with its tags`, async () => {
      const { repository, image } = await twoTags(context, `deleted-by-${name}`);
      await remove(`${context.registry.host}/${repository}`, image.digest);
      assert.deepEqual(await context.reader.tags(repository), []);
      assert.equal(await context.reader.manifestStatus(repository, image.digest), 404);
      await assert.rejects(crane.pull(`${context.registry.host}/${repository}:v1`), /MANIFEST_UNKNOWN|404/);
    });
  }
}

async function twoTags(context: Context, name: string): Promise<{ repository: string; image: SourceImage }> {
  const { crane } = context.clients;
  const repository = `tags/${name}`;
  const image = await smallImage(context.workspace, name);
  await crane.push(image, `${context.registry.host}/${repository}:v1`);
  await crane.run('tag', `${context.registry.host}/${repository}:v1`, 'old');
  return { repository, image };
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

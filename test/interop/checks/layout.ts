import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Regctl } from '../clients/regctl.ts';
import type { Context } from '../context.ts';
import { digestOf } from '../digest.ts';
import { startDistribution } from '../distribution.ts';
import { RegistryReader, type RunningRegistry } from '../registry.ts';
import { assertServes, describeSnapshot, type Snapshot, takeSnapshot } from '../snapshot.ts';
import { startStowage } from '../stowage.ts';

const SBOM = 'application/vnd.stowage.test.sbom';
const REVIEW = 'application/vnd.stowage.test.review';

/** Distribution serves the root that our server wrote; `snapshot` tells what that one served. */
export async function checkOurRoot(context: Context, root: string, snapshot: Snapshot): Promise<void> {
  await withRegistry(await startDistribution(context.workspace, root), async (distribution) => {
    await context.report.check(`Distribution serves the root that Stowage wrote: ${describeSnapshot(snapshot)}`, () =>
      assertServes(new RegistryReader(distribution.host), snapshot),
    );
  });
}

/** Our server serves a root that Distribution wrote, changes it, and Distribution serves it again. */
export async function checkForeignRoot(context: Context): Promise<void> {
  const { workspace, report } = context;
  const root = await workspace.folder('foreign-root');
  const upload = new SharedUpload();
  let subject = '';
  const written = await withRegistry(await startDistribution(workspace, root), async ({ host }) => {
    subject = await fill(context, host);
    await upload.begin(host);
    return takeSnapshot(new RegistryReader(host));
  });
  const changed = await withRegistry(await startStowage(root), async ({ host }) => {
    await report.check(`Stowage serves a root that Distribution wrote: ${describeSnapshot(written)}`, () =>
      assertServes(new RegistryReader(host), written),
    );
    await report.check('Stowage lists the referrers that a client kept under the referrers tag schema', () =>
      listsReferrers(context, host, subject),
    );
    await report.check('Stowage finishes an upload that Distribution began', () => upload.finish(host));
    await report.check('Stowage changes a root that Distribution wrote', () => change(context, host));
    return takeSnapshot(new RegistryReader(host));
  });
  await withRegistry(await startDistribution(workspace, root), async ({ host }) => {
    const name = `Distribution serves its root after the changes: ${describeSnapshot(changed)}`;
    await report.check(name, () => assertServes(new RegistryReader(host), changed));
    await report.check('Distribution serves the blob that it began and Stowage finished', () => upload.isServed(host));
  });
}

async function withRegistry<T>(registry: RunningRegistry, task: (registry: RunningRegistry) => Promise<T>): Promise<T> {
  try {
    return await task(registry);
  } finally {
    await registry.stop();
  }
}

/** Writes an image of each kind; returns the digest of an artifact with two referrers. */
async function fill({ workspace, images, clients }: Context, host: string): Promise<string> {
  const { crane, skopeo, docker, oras } = clients;
  await crane.push(images.large, `${host}/foreign/crane:v1`);
  await crane.run('tag', `${host}/foreign/crane:v1`, 'removed');
  await skopeo.pushSchema2(images.large, `${host}/foreign/schema2:v1`);
  await docker.push(images.small, `${host}/foreign/docker:v1`);
  await oras.pushIndex(images.index.layout, images.index.tag, `${host}/foreign/deep/er/index:v1`);
  return workspace.within('foreign', async (folder) => {
    for (const name of ['report', 'sbom', 'review']) await writeFile(join(folder, name), `${name} of the other\n`);
    const reference = `${host}/foreign/artifact:v1`;
    const digest = await oras.pushArtifact(reference, 'application/vnd.stowage.test.report', folder, 'report');
    await oras.attach(reference, SBOM, folder, 'sbom');
    await oras.attach(reference, REVIEW, folder, 'review');
    return digest;
  });
}

async function listsReferrers({ clients }: Context, host: string, subject: string): Promise<void> {
  const reference = `${host}/foreign/artifact@${subject}`;
  const types = async (type?: string) => (await clients.oras.discover(reference, type)).map((one) => one.artifactType);
  assert.deepEqual((await types()).sort(), [REVIEW, SBOM]);
  assert.deepEqual(await types(SBOM), [SBOM]);
  const found = await new RegistryReader(host).referrers('foreign/artifact', subject);
  assert.equal(found.length, 2, 'the referrers API lists them');
}

async function change({ workspace, images, clients }: Context, host: string): Promise<void> {
  const { crane } = clients;
  const regctl = await Regctl.create(workspace, host);
  await crane.push(images.small, `${host}/foreign/crane:v2`);
  await crane.push(images.small, `${host}/foreign/new:v1`);
  await crane.run('delete', `${host}/foreign/crane:removed`);
  await crane.run('delete', `${host}/foreign/docker@${await crane.digest(`${host}/foreign/docker:v1`)}`);
  await regctl.copy(`${host}/foreign/crane:v1`, `${host}/foreign/copied:v1`);
}

/** A blob whose first half goes to one registry and whose second half goes to another one on the same root. */
class SharedUpload {
  readonly #repository = 'foreign/upload';
  readonly #blob = randomBytes(5 * 1024 * 1024);
  readonly #half = 3_000_000;
  #path = '';

  async begin(host: string): Promise<void> {
    const started = await fetch(`http://${host}/v2/${this.#repository}/blobs/uploads/`, { method: 'POST' });
    assert.equal(started.status, 202);
    const sent = await fetch(locationOf(started), { method: 'PATCH', body: this.#blob.subarray(0, this.#half) });
    assert.equal(sent.status, 202, await sent.text());
    this.#path = locationOf(sent).pathname;
  }

  async finish(host: string): Promise<void> {
    const status = await fetch(new URL(this.#path, `http://${host}`));
    assert.equal(status.status, 204, await status.text());
    assert.equal(status.headers.get('range'), `0-${this.#half - 1}`);
    const target = locationOf(status);
    target.searchParams.set('digest', digestOf(this.#blob));
    const finished = await fetch(target, { method: 'PUT', body: this.#blob.subarray(this.#half) });
    assert.equal(finished.status, 201, await finished.text());
    await this.isServed(host);
  }

  async isServed(host: string): Promise<void> {
    const digest = digestOf(this.#blob);
    assert.equal(await new RegistryReader(host).blobDigest(this.#repository, digest), digest);
  }
}

function locationOf(response: Response): URL {
  return new URL(response.headers.get('location') ?? '', response.url);
}

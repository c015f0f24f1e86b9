import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSignedJson, verify } from '#libs/json-signature';
import type { Context } from '../context.ts';
import { digestOf, digestOfFile } from '../digest.ts';
import { startDistribution } from '../distribution.ts';
import type { SourceImage } from '../images.ts';
import { blobPath, type Manifest, readIndex } from '../oci-layout.ts';
import type { RunningRegistry } from '../registry.ts';
import { startStowage } from '../stowage.ts';

const SIGNED = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
const TAKES_SCHEMA1 = { compatibility: { schema1: { enabled: true } } };
const SIZES = ['large', 'small'] as const;

/** By repository, the digest of the payload. */
type Payloads = ReadonlyMap<string, string>;

/** Signed manifests of schema 1: pushed to and pulled from our server, and on one root with Distribution both ways. */
export async function checkSchema1(context: Context): Promise<void> {
  const { workspace } = context;
  const [ours, theirs] = [await workspace.folder('schema1'), await workspace.folder('foreign-schema1')];
  const distribution = (root: string) => startDistribution(workspace, root, TAKES_SCHEMA1);
  const written = await pushes(context, 'Stowage', await startStowage(ours));
  await pulls(context, 'Distribution serves the root that Stowage wrote', await distribution(ours), written);
  const foreign = await pushes(context, 'Distribution', await distribution(theirs));
  await pulls(context, 'Stowage serves the root that Distribution wrote', await startStowage(theirs), foreign);
}

async function pushes(context: Context, server: string, registry: RunningRegistry): Promise<Payloads> {
  const { report, images, clients } = context;
  const payloads = new Map<string, string>();
  try {
    for (const size of SIZES) {
      const repository = `schema1/${size}`;
      await report.check(`skopeo pushes the ${size} image as schema 1 to ${server}`, async () => {
        const { layout, tag, layers } = images[size];
        const target = [
          '--dest-tls-verify=false',
          `oci:${layout}:${tag}`,
          `docker://${registry.host}/${repository}:v1`,
        ];
        await clients.skopeo.run('copy', '--format=v2s1', ...target);
        const manifest = await readSigned(registry, repository, 'v1');
        assert.deepEqual(manifest.layers, layers, 'layers');
        payloads.set(repository, manifest.digest);
      });
      await pull(context, `skopeo pulls the ${size} image of schema 1 from ${server}`, registry, size);
    }
    return payloads;
  } finally {
    await registry.stop();
  }
}

async function pulls(context: Context, title: string, registry: RunningRegistry, payloads: Payloads): Promise<void> {
  try {
    for (const size of SIZES) {
      const repository = `schema1/${size}`;
      await context.report.check(`${title}: the ${size} image of schema 1, signed`, async () => {
        const digest = payloads.get(repository) ?? 'the digest of an image that was pushed';
        for (const reference of ['v1', digest]) {
          assert.equal((await readSigned(registry, repository, reference)).digest, digest);
        }
      });
      await pull(context, `${title}: skopeo pulls the ${size} image of schema 1`, registry, size);
    }
  } finally {
    await registry.stop();
  }
}

/** Reads a manifest, and verifies its signatures and its digest. */
async function readSigned({ host }: RunningRegistry, repository: string, reference: string) {
  const response = await fetch(`http://${host}/v2/${repository}/manifests/${reference}`, {
    headers: { accept: SIGNED },
  });
  const content = Buffer.from(await response.arrayBuffer());
  assert.equal(response.status, 200, content.toString());
  assert.equal(response.headers.get('content-type'), SIGNED);
  const signed = parseSignedJson(content);
  assert.equal(verify(signed).length, 1, 'signatures');
  const digest = digestOf(signed.payload);
  assert.equal(response.headers.get('docker-content-digest'), digest);
  const { fsLayers }: { fsLayers: { blobSum: string }[] } = JSON.parse(signed.payload.toString());
  return { digest, layers: fsLayers.map(({ blobSum }) => blobSum).reverse() };
}

/** As it is, and again as an image of today, for which skopeo unpacks every layer. */
async function pull(context: Context, name: string, registry: RunningRegistry, size: 'large' | 'small'): Promise<void> {
  const { report, workspace, images, clients } = context;
  const source = ['--src-tls-verify=false', `docker://${registry.host}/schema1/${size}:v1`];
  await report.check(name, () =>
    workspace.within('schema1-pull', async (folder) => {
      const [plain, layout] = [join(folder, 'plain'), join(folder, 'layout')];
      await clients.skopeo.run('copy', ...source, `dir:${plain}`);
      await assertLayers(images[size], plain);
      await clients.skopeo.run('copy', '--format=oci', ...source, `oci:${layout}:v1`);
      assert.deepEqual(await diffIdsOf(layout), images[size].diffIds, 'digests of the uncompressed layers');
    }),
  );
}

async function assertLayers({ layers }: SourceImage, folder: string): Promise<void> {
  verify(parseSignedJson(await readFile(join(folder, 'manifest.json'))));
  for (const digest of layers) assert.equal(await digestOfFile(join(folder, digest.replace('sha256:', ''))), digest);
}

async function diffIdsOf(layout: string): Promise<readonly string[]> {
  const [root] = await readIndex(layout);
  const { config }: Manifest = await readJson(layout, root?.digest ?? '');
  const { rootfs }: { rootfs: { diff_ids: string[] } } = await readJson(layout, config?.digest ?? '');
  return rootfs.diff_ids;
}

async function readJson<T>(layout: string, digest: string): Promise<T> {
  return JSON.parse(await readFile(blobPath(layout, digest), 'utf8'));
}

import assert from 'node:assert/strict';
import type { Client, PulledImage } from '../clients/client.ts';
import { type Context, imageClients } from '../context.ts';
import type { SourceImage } from '../images.ts';
import { DOCKER_MANIFEST } from '../oci-layout.ts';
import type { StoredManifest } from '../registry.ts';

type Size = 'large' | 'small';

/** Every client pushes, every other client pulls. */
export async function checkTransfers(context: Context): Promise<void> {
  const clients = imageClients(context.clients);
  for (const size of ['large', 'small'] as const) {
    for (const client of clients) await pushes(context, client, size);
    await pushesSchema2(context, size);
  }
  for (const [position, puller] of clients.entries()) {
    const others = clients.filter((client) => client !== puller).map((client) => client.name);
    const neighbour = clients[(position + 1) % clients.length]?.name;
    for (const from of [...others, 'schema2']) {
      const size = from === neighbour || pullsFast(puller) ? 'large' : 'small';
      await pulls(context, puller, size, from, from === neighbour);
    }
  }
}

/** Docker and buildah unpack what they pull, here with a full copy for each layer: they pull the large image once. */
function pullsFast(client: Client): boolean {
  return client.name !== 'docker' && client.name !== 'buildah';
}

async function pushes(context: Context, client: Client, size: Size): Promise<void> {
  const { report, registry, reader } = context;
  const image = context.images[size];
  const repository = `${size}/${client.name}`;
  await report.check(`${client.name} pushes the ${size} image`, async () => {
    const digest = await client.push(image, `${registry.host}/${repository}:v1`);
    const stored = await reader.manifest(repository, 'v1');
    assert.equal(stored.digest, digest, 'the stored manifest is not the one that the client names');
    if (client.keepsManifest) assert.equal(digest, image.digest, 'the manifest has changed on its way');
    for (const layer of stored.manifest.layers ?? []) {
      assert.equal(await reader.blobSize(repository, layer.digest), layer.size, `size of ${layer.digest}`);
    }
  });
}

async function pushesSchema2({ report, registry, reader, images, clients }: Context, size: Size): Promise<void> {
  const repository = `${size}/schema2`;
  await report.check(`skopeo pushes the ${size} image as Docker's schema 2`, async () => {
    const digest = await clients.skopeo.pushSchema2(images[size], `${registry.host}/${repository}:v1`);
    const stored = await reader.manifest(repository, 'v1');
    assert.equal(stored.digest, digest);
    assert.equal(stored.mediaType, DOCKER_MANIFEST);
  });
}

async function pulls(context: Context, puller: Client, size: Size, from: string, unpacked: boolean): Promise<void> {
  const { report, registry, reader, images } = context;
  const repository = `${size}/${from}`;
  await report.check(`${puller.name} pulls the ${size} image from ${from}`, async () => {
    const stored = await reader.manifest(repository, 'v1');
    const pulled = await puller.pull(`${registry.host}/${repository}:v1`, { unpacked: unpacked && size === 'large' });
    assertSame(pulled, stored, images[size]);
  });
}

function assertSame(pulled: PulledImage, stored: StoredManifest, image: SourceImage): void {
  assert.equal(pulled.digest, stored.digest, 'digest of the manifest');
  assert.equal(pulled.configDigest, stored.manifest.config?.digest, 'digest of the config');
  assert.deepEqual(pulled.diffIds, image.diffIds, 'digests of the uncompressed layers');
  if (pulled.rootfs !== undefined) assert.equal(pulled.rootfs, image.rootfs, 'content of the root filesystem');
}

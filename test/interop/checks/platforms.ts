import assert from 'node:assert/strict';
import { type Context, imageClients } from '../context.ts';

/** An index of two platforms, whole and by platform. */
export async function checkPlatforms(context: Context): Promise<void> {
  await pushesWhole(context);
  await pushesComposed(context);
  await pullsWhole(context);
  await pullsByPlatform(context);
}

async function pushesWhole({ report, registry, reader, images, clients }: Context): Promise<void> {
  const { layout, tag, digest } = images.index;
  const pushers = {
    skopeo: (reference: string) => clients.skopeo.pushIndex(layout, tag, reference),
    crane: (reference: string) => clients.crane.pushIndex(images.index, reference),
    oras: (reference: string) => clients.oras.pushIndex(layout, tag, reference),
    regctl: (reference: string) => clients.regctl.pushIndex(layout, tag, reference),
  };
  for (const [name, push] of Object.entries(pushers)) {
    await report.check(`${name} pushes an index of two platforms`, async () => {
      assert.equal(await push(`${registry.host}/index/${name}:v1`), digest);
      const stored = await reader.manifest(`index/${name}`, 'v1');
      assert.equal(stored.digest, digest);
      for (const child of stored.manifest.manifests ?? []) {
        assert.equal((await reader.manifest(`index/${name}`, child.digest)).digest, child.digest);
      }
    });
  }
}

/** Docker and buildah put an index together from images that the registry has; this docker knows schema 2 only. */
async function pushesComposed({ report, registry, reader, images, clients }: Context): Promise<void> {
  for (const client of [clients.docker, clients.buildah]) {
    const repository = `index/${client.name}`;
    await report.check(`${client.name} composes an index of two platforms`, async () => {
      const from = `${registry.host}/index/skopeo:v1`;
      const parts = new Map<string, string>();
      for (const { platform } of images.index.images) {
        const reference = `${registry.host}/${repository}:${platform.architecture}`;
        parts.set(reference, await clients.skopeo.copyAsSchema2(from, reference, platform));
      }
      const digest = await client.pushIndex([...parts.keys()], `${registry.host}/${repository}:v1`);
      const stored = await reader.manifest(repository, 'v1');
      assert.equal(stored.digest, digest);
      assert.deepEqual(stored.manifest.manifests?.map((part) => part.digest).sort(), [...parts.values()].sort());
    });
  }
}

/** Each of them pulls what its neighbour pushed. */
async function pullsWhole({ report, registry, images, clients }: Context): Promise<void> {
  const pullers = [clients.skopeo, clients.crane, clients.oras, clients.regctl];
  for (const [position, puller] of pullers.entries()) {
    const from = pullers[(position + 1) % pullers.length]?.name;
    await report.check(`${puller.name} pulls every platform of the index from ${from}`, async () => {
      assert.equal(await puller.pullIndex(`${registry.host}/index/${from}:v1`), images.index.digest);
    });
  }
}

async function pullsByPlatform(context: Context): Promise<void> {
  for (const client of imageClients(context.clients)) {
    const from = client.name === 'crane' ? 'oras' : 'crane';
    for (const image of context.images.index.images) {
      const { os, architecture } = image.platform;
      await context.report.check(`${client.name} pulls ${os}/${architecture} of the index from ${from}`, async () => {
        const reference = `${context.registry.host}/index/${from}:v1`;
        const pulled = await client.pull(reference, { platform: image.platform });
        assert.equal(pulled.configDigest, image.configDigest, 'digest of the config');
        assert.deepEqual(pulled.diffIds, image.diffIds, 'digests of the uncompressed layers');
      });
    }
  }
}

import assert from 'node:assert/strict';
import type { Context } from '../context.ts';

/** A build that begins with an image of the registry and ends in it. */
export async function checkBuilds({ report, registry, reader, images, clients }: Context): Promise<void> {
  await report.check('buildah builds upon an image of the registry and pushes the result', async () => {
    const digest = await clients.buildah.buildUpon(
      `${registry.host}/small/crane:v1`,
      `${registry.host}/small/built:v1`,
    );
    assert.equal((await reader.manifest('small/built', 'v1')).digest, digest);
    const { diffIds } = await clients.skopeo.pull(`${registry.host}/small/built:v1`);
    assert.deepEqual(diffIds.slice(0, 1), images.small.diffIds);
    assert.equal(diffIds.length, 2);
  });
}

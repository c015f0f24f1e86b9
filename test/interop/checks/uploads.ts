import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { Regctl } from '../clients/regctl.ts';
import type { Context } from '../context.ts';
import { smallImage } from '../images.ts';
import { blobPath } from '../oci-layout.ts';
import { type RecordedRequest, Recorder } from '../recorder.ts';

const MiB = 1024 * 1024;
const CHUNK = 8 * MiB;

/** How blobs arrive: in chunks, in one stream, or by a mount from another repository. */
export async function checkUploads(context: Context): Promise<void> {
  const recorder = await Recorder.start(context.registry.host);
  try {
    const regctl = await Regctl.create(context.workspace, recorder.host);
    await uploadsInChunks(context, recorder, regctl);
    await mounts(context, recorder, regctl);
  } finally {
    await recorder.stop();
  }
  await streams(context);
}

async function uploadsInChunks({ report, reader, images }: Context, recorder: Recorder, regctl: Regctl): Promise<void> {
  const repository = 'uploads/chunked';
  const layer = images.flat.diffIds[0] ?? '';
  await report.check('regctl uploads a blob of more than 64 MiB in chunks of 8 MiB', async () => {
    const file = blobPath(images.flat.layout, layer);
    const { size } = await stat(file);
    assert.ok(size > 64 * MiB);
    assert.equal(await regctl.putInChunks(`${recorder.host}/${repository}`, file, CHUNK), layer);
    assert.equal(await reader.blobDigest(repository, layer), layer);
    const patches = recorder.of(repository).filter(({ method }) => method === 'PATCH');
    assert.equal(patches.length, Math.ceil(size / CHUNK), list(patches));
  });
}

async function streams({ report, registry, images, clients }: Context): Promise<void> {
  const reference = `${registry.host}/uploads/streamed:v1`;
  await report.check('crane streams an uncompressed layer of more than 64 MiB', async () => {
    const { flat } = images;
    assert.equal(await clients.crane.push(flat, reference), flat.digest);
    assert.deepEqual((await clients.crane.pull(reference)).diffIds, flat.diffIds);
  });
}

async function mounts(context: Context, recorder: Recorder, regctl: Regctl): Promise<void> {
  const { skopeo, crane } = context.clients;
  for (const client of [skopeo, crane, regctl]) {
    const { name } = client;
    await context.report.check(`${name} copies to another repository by mounts, and sends no layer again`, async () => {
      const image = await smallImage(context.workspace, `mounted by ${name}`);
      const repository = `mounts/by-${name}`;
      const from = `${recorder.host}/mounts/of-${name}:v1`;
      await client.push(image, from);
      await client.copy(from, `${recorder.host}/${repository}:v1`);
      assert.equal((await context.reader.manifest(repository, 'v1')).digest, image.digest);
      const requests = recorder.of(repository);
      for (const layer of image.layers) {
        assert.ok(requests.some(isMountOf(layer)), `no mount of ${layer} among:\n${list(requests)}`);
        assert.ok(!requests.some(sends(layer)), `${layer} is sent among:\n${list(requests)}`);
      }
    });
  }
}

function isMountOf(layer: string): (request: RecordedRequest) => boolean {
  return ({ method, query, status }) => method === 'POST' && query.get('mount') === layer && status === 201;
}

function sends(layer: string): (request: RecordedRequest) => boolean {
  return ({ method, query }) => (method === 'PUT' || method === 'POST') && query.get('digest') === layer;
}

function list(requests: readonly RecordedRequest[]): string {
  return requests.map(({ method, path, query, status }) => `${method} ${path}?${query} ${status}`).join('\n');
}

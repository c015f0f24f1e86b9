import assert from 'node:assert/strict';
import { chmod, readFile } from 'node:fs/promises';
import { type ServerProcess, startServer } from '../../support/server-process.ts';
import type { Context } from '../context.ts';
import { digestOf } from '../digest.ts';
import { blobPath } from '../oci-layout.ts';
import { PROXIES, type SendingProxy, startProxy } from '../proxies.ts';
import type { RunningRegistry } from '../registry.ts';

const REPOSITORY = 'proxied/large';

/** Proxies that send the files of blobs themselves, configured as docs/proxy.md says. */
export async function checkProxies(context: Context): Promise<void> {
  // Each proxy runs as a user of its own, which has to reach the files.
  await chmod(context.workspace.root, 0o711);
  for (const proxy of PROXIES) await checkProxy(context, proxy);
}

async function checkProxy(context: Context, proxy: SendingProxy): Promise<void> {
  const { report, workspace, images, clients } = context;
  const [root, folder] = [await workspace.folder('proxied'), await workspace.folder(proxy.name)];
  const server = await startServer({
    STOWAGE_STORAGE_FILESYSTEM_ROOT: root,
    STOWAGE_HTTP_SENDFILE: proxy.sendfile,
    STOWAGE_HTTP_TRUSTED_PROXIES: '127.0.0.1',
  });
  try {
    const running = await startProxy(proxy, folder, new URL(server.url), root);
    try {
      const reference = `${running.host}/${REPOSITORY}:v1`;
      const { layout, digest, diffIds, layers } = images.large;
      await report.check(`skopeo pushes and pulls the large image through ${proxy.name}`, async () => {
        assert.equal(await clients.skopeo.push(images.large, reference), digest);
        assert.deepEqual((await clients.skopeo.pull(reference)).diffIds, diffIds);
      });
      await report.check(`crane pulls the large image through ${proxy.name}`, async () => {
        assert.deepEqual((await clients.crane.pull(reference)).diffIds, diffIds);
      });
      const layer = layers[0] ?? '';
      await checkRequests(
        context,
        `${proxy.name} and Stowage answer`,
        running,
        await readFile(blobPath(layout, layer)),
      );
    } finally {
      await running.stop();
    }
  } finally {
    await server.stop();
  }
  await report.check(`${proxy.name} has sent the large blobs itself`, async () => {
    const sent = blobRequests(server).filter(({ sentByProxy }) => sentByProxy);
    assert.ok(sent.length > images.large.layers.length * 2, `${sent.length} blobs were left to ${proxy.name}`);
    const most = Math.max(...sent.map(({ bytes }) => bytes));
    assert.ok(most < 2_000, `Stowage itself sent ${most} bytes of one`);
  });
}

/** Whoever answers, a client sees what it would see without a proxy. */
async function checkRequests(
  { report }: Context,
  title: string,
  { host }: RunningRegistry,
  content: Buffer,
): Promise<void> {
  const digest = digestOf(content);
  const path = (name: string) => `http://${host}/v2/${name}/blobs/${digest}`;
  const ask = async (headers: Record<string, string>, method = 'GET') => {
    const response = await fetch(path(REPOSITORY), { method, headers });
    return { response, body: Buffer.from(await response.arrayBuffer()) };
  };
  await report.check(`${title} a GET with the headers of the registry, and none that names a file`, async () => {
    const { response, body } = await ask({});
    assert.deepEqual([response.status, digestOf(body)], [200, digest]);
    assert.equal(response.headers.get('content-length'), String(content.length));
    assert.equal(response.headers.get('docker-content-digest'), digest);
    assert.equal(response.headers.get('docker-distribution-api-version'), 'registry/2.0');
    assert.equal(response.headers.get('etag'), `"${digest}"`);
    assert.equal(response.headers.get('content-type'), 'application/octet-stream');
    assert.equal(response.headers.get('cache-control'), 'max-age=31536000');
    assert.match(response.headers.get('accept-ranges') ?? '', /^bytes/);
    for (const name of ['x-accel-redirect', 'x-sendfile']) assert.equal(response.headers.get(name), null);
  });
  await report.check(`${title} a range, also under If-Range`, async () => {
    for (const condition of [{}, { 'If-Range': `"${digest}"` }]) {
      const { response, body } = await ask({ Range: 'bytes=1000-1999', ...condition });
      assert.equal(response.status, 206);
      assert.equal(response.headers.get('content-range'), `bytes 1000-1999/${content.length}`);
      assert.ok(body.equals(content.subarray(1000, 2000)), 'other bytes');
    }
    const { response, body } = await ask({ Range: 'bytes=-5' });
    assert.ok(response.status === 206 && body.equals(content.subarray(-5)), 'the last bytes');
  });
  await report.check(`${title} what is not left to the proxy`, async () => {
    const statuses: [number, Record<string, string>][] = [
      [200, { Range: 'bytes=0-9', 'If-Range': '"other"' }],
      [206, { Range: 'bytes=0-9,100-109' }],
      [304, { 'If-None-Match': `"${digest}"` }],
      [416, { Range: `bytes=${content.length}-` }],
      [200, { 'If-Modified-Since': new Date().toUTCString() }],
    ];
    for (const [status, headers] of statuses) {
      assert.equal((await ask(headers)).response.status, status, JSON.stringify(headers));
    }
    const { response } = await ask({}, 'HEAD');
    assert.deepEqual([response.status, response.headers.get('content-length')], [200, String(content.length)]);
  });
  await report.check(`${title} 404 for a blob of another repository, and for the files themselves`, async () => {
    const foreign = await fetch(path('proxied/other'));
    assert.equal(foreign.status, 404);
    const { errors } = (await foreign.json()) as { errors: { code: string }[] };
    assert.equal(errors[0]?.code, 'BLOB_UNKNOWN');
    const hex = digest.slice('sha256:'.length);
    const file = `docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
    assert.equal((await fetch(`http://${host}/stowage-content/${file}`)).status, 404);
  });
}

interface BlobRequest {
  readonly bytes: number;
  readonly sentByProxy?: boolean;
}

/** The lines that a server, which has ended, has logged of GETs of blobs. */
function blobRequests(server: ServerProcess): BlobRequest[] {
  const lines = server.log.filter((line) => line.includes('"route":"getBlob"'));
  return lines.map((line) => JSON.parse(line) as BlobRequest);
}

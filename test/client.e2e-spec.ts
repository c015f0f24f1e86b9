import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject, OperationObject } from '@nestjs/swagger';
import {
  appendChunk,
  type Client,
  cancelUpload,
  createRegistryClient,
  deleteBlob,
  deleteManifest,
  type ErrorBody,
  finishUpload,
  getBase,
  getBlob,
  getHealth,
  getManifest,
  getUpload,
  headBlob,
  headManifest,
  headUpload,
  type ImageManifest,
  listReferrers,
  listRepositories,
  listTags,
  putManifest,
  startUpload,
} from '#libs/client';
import { buildOpenApiDocument } from '../src/openapi/document.js';
import { digestOf, type Registry, randomBlob, startRegistry } from './support/registry.js';

const MIB = 1024 * 1024;
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

describe('the client', () => {
  let registry: Registry;
  let client: Client;
  /** What was answered and is not in the OpenAPI document. */
  const surprises: string[] = [];

  beforeAll(async () => {
    registry = await startRegistry();
    client = createRegistryClient({ baseUrl: registry.url });
    const document = buildOpenApiDocument(registry.app);
    client.interceptors.response.use((response, _request, { method, url }) => {
      surprises.push(...surprisesOf(document, String(method).toLowerCase(), url, response));
      return response;
    });
  });
  afterAll(() => registry.close());

  it('meets the registry', async () => {
    const { response } = await getBase({ client });
    expect(response?.headers.get('Docker-Distribution-API-Version')).toBe('registry/2.0');
    const { data } = await getHealth({ client });
    expect(data).toEqual({ status: 'ok' });
  });

  it('streams a blob of several MiB up and down', async () => {
    const name = 'library/deep/streamed';
    const blob = randomStream(9);
    const id = await startSession(name);
    const appended = await appendChunk({ client, path: { name, id }, body: blob.stream });
    expect(appended.response?.headers.get('Range')).toBe(`0-${9 * MIB - 1}`);
    const digest = blob.digest();
    const finished = await finishUpload({ client, path: { name, id }, query: { digest, size: 9 * MIB } });
    expect(finished.response?.status).toBe(201);

    const { response } = await getBlob({ client, path: { name, digest }, parseAs: 'stream' });
    expect(await digestOfStream(response?.body)).toBe(digest);
  });

  it('sends bytes, a Blob and a stream as they are', async () => {
    const name = 'library/bodies';
    const { content, digest } = randomBlob();
    const bodies = [new Uint8Array(content), new Blob([new Uint8Array(content)]), streamOf(content)];
    for (const body of bodies) {
      const { response } = await startUpload({ client, path: { name }, query: { digest }, body });
      expect(response?.status).toBe(201);
    }
  });

  it('uploads in chunks, in order only', async () => {
    const name = 'library/chunks';
    const { content, digest } = randomBlob(2048);
    const id = await startSession(name);
    const append = (start: number, end: number) =>
      appendChunk({
        client,
        path: { name, id },
        headers: { 'Content-Range': `${start}-${end - 1}` },
        body: content.subarray(start, end),
      });
    expect((await append(0, 1024)).response?.status).toBe(202);
    const tooFar = await append(1536, 2048);
    expect(tooFar.response?.status).toBe(416);
    expect(tooFar.error?.errors[0]?.code).toBe('BLOB_UPLOAD_INVALID');
    expect((await getUpload({ client, path: { name, id } })).response?.headers.get('Range')).toBe('0-1023');
    expect((await headUpload({ client, path: { name, id } })).response?.headers.get('Range')).toBe('0-1023');
    const finished = await finishUpload({
      client,
      path: { name, id },
      query: { digest },
      headers: { 'Content-Range': '1024-2047' },
      body: content.subarray(1024),
    });
    expect(finished.response?.headers.get('Docker-Content-Digest')).toBe(digest);
  });

  it('ends an upload', async () => {
    const name = 'library/cancelled';
    const id = await startSession(name);
    expect((await cancelUpload({ client, path: { name, id } })).response?.status).toBe(204);
    const { error } = await getUpload({ client, path: { name, id } });
    expect(error?.errors[0]?.code).toBe('BLOB_UPLOAD_UNKNOWN');
  });

  it('mounts a blob of another repository', async () => {
    const digest = await pushBlob('library/from', randomBlob().content);
    const mounted = await startUpload({
      client,
      path: { name: 'library/to' },
      query: { mount: digest, from: 'library/from' },
    });
    expect(mounted.response?.status).toBe(201);
    expect((await headBlob({ client, path: { name: 'library/to', digest } })).response?.status).toBe(200);
  });

  it('reads a part of a blob, and nothing that it has already', async () => {
    const name = 'library/parts';
    const { content, digest } = randomBlob();
    await pushBlob(name, content);
    const path = { name, digest };
    const part = await getBlob({ client, path, headers: { Range: 'bytes=10-19' }, parseAs: 'stream' });
    expect(part.response?.headers.get('Content-Range')).toBe('bytes 10-19/1024');
    expect(await bytesOf(part.response)).toEqual(content.subarray(10, 20));
    const known = await getBlob({ client, path, headers: { 'If-None-Match': `"${digest}"` } });
    expect(known.response?.status).toBe(304);
    const beyond = await getBlob({ client, path, headers: { Range: 'bytes=5000-' } });
    expect(beyond.response?.status).toBe(416);
    expect(beyond.error?.errors[0]?.code).toBe('UNSUPPORTED');
  });

  it('pushes and pulls an image by tag and by digest, byte for byte', async () => {
    const name = 'library/deep/image';
    // Not as JSON.stringify would write it.
    const content = Buffer.from(`${JSON.stringify(await newImage(name), null, 3)}\n`);
    const digest = digestOf(content);
    const pushed = await putManifest({ client, path: { name, reference: '1.0' }, body: content });
    expect(pushed.response?.headers.get('Docker-Content-Digest')).toBe(digest);

    for (const reference of ['1.0', digest]) {
      const found = await headManifest({ client, path: { name, reference } });
      expect(found.response?.headers.get('Docker-Content-Digest')).toBe(digest);
      const pulled = await getManifest({ client, path: { name, reference }, parseAs: 'stream' });
      expect(pulled.response?.headers.get('Content-Type')).toBe(OCI_MANIFEST);
      expect(await bytesOf(pulled.response)).toEqual(content);
    }
  });

  it('writes and reads a manifest as an object', async () => {
    const name = 'library/objects';
    const body = await newImage(name);
    await putManifest({ client, path: { name, reference: 'latest' }, body });
    const { data } = await getManifest({ client, path: { name, reference: 'latest' } });
    expect(data).toEqual(body);
  });

  it('sets several tags at once, and lists them page by page', async () => {
    const name = 'library/tags';
    const content = Buffer.from(JSON.stringify(await newImage(name)));
    const path = { name, reference: digestOf(content) };
    const pushed = await putManifest({ client, path, query: { tag: ['a', 'b', 'c'] }, body: content });
    expect(pushed.response?.headers.get('OCI-Tag')).toBe('a, b, c');

    const first = await listTags({ client, path: { name }, query: { n: 2 } });
    expect(first.data).toEqual({ name, tags: ['a', 'b'] });
    expect(first.response?.headers.get('Link')).toContain('rel="next"');
    const second = await listTags({ client, path: { name }, query: { n: 2, last: 'b' } });
    expect(second.data?.tags).toEqual(['c']);
    expect(second.response?.headers.get('Link')).toBeNull();
  });

  it('changes a tag only where it still is what the client knows', async () => {
    const name = 'library/swapped';
    const path = { name, reference: 'latest' };
    const push = async (headers: { 'If-Match'?: string; 'If-None-Match'?: string }) =>
      putManifest({ client, path, headers, body: await newImage(name) });
    const created = await push({ 'If-None-Match': '*' });
    expect(created.response?.status).toBe(201);
    const again = await push({ 'If-None-Match': '*' });
    expect(again.response?.status).toBe(412);
    expect(again.error?.errors[0]?.code).toBe('DENIED');
    const swapped = await push({ 'If-Match': created.response?.headers.get('ETag') ?? '' });
    expect(swapped.response?.status).toBe(201);
  });

  it('lists the referrers of a manifest, by type if so wished', async () => {
    const name = 'library/subjects';
    const subject = Buffer.from(JSON.stringify(await newImage(name)));
    const digest = digestOf(subject);
    await putManifest({ client, path: { name, reference: digest }, body: subject });
    const signature = await newImage(name, {
      artifactType: 'application/vnd.example.signature',
      subject: { mediaType: OCI_MANIFEST, digest, size: subject.length },
      annotations: { 'org.example.signer': 'me' },
    });
    const pushed = await putManifest({ client, path: { name, reference: 'signature' }, body: signature });
    expect(pushed.response?.headers.get('OCI-Subject')).toBe(digest);

    const artifactType = 'application/vnd.example.signature';
    const found = await listReferrers({ client, path: { name, digest }, query: { artifactType } });
    expect(found.data?.manifests.map(({ annotations }) => annotations)).toEqual([{ 'org.example.signer': 'me' }]);
    expect(found.response?.headers.get('OCI-Filters-Applied')).toBe('artifactType');
    const none = await listReferrers({ client, path: { name, digest }, query: { artifactType: 'application/x' } });
    expect(none.data?.manifests).toEqual([]);
  });

  it('lists the repositories page by page', async () => {
    for (const name of ['catalog/a', 'catalog/b/c']) {
      await putManifest({ client, path: { name, reference: 'latest' }, body: await newImage(name) });
    }
    const { data } = await listRepositories({ client, query: { n: 1, last: 'catalog/a' } });
    expect(data).toEqual({ repositories: ['catalog/b/c'] });
  });

  it('deletes a tag, a manifest and a blob', async () => {
    const name = 'library/deleted';
    const image = await newImage(name);
    const content = Buffer.from(JSON.stringify(image));
    const digest = digestOf(content);
    const path = { name, reference: digest };
    await putManifest({ client, path, query: { tag: ['one', 'two'] }, body: content });

    expect((await deleteManifest({ client, path: { name, reference: 'one' } })).response?.status).toBe(202);
    expect((await listTags({ client, path: { name } })).data?.tags).toEqual(['two']);
    expect((await deleteManifest({ client, path })).response?.status).toBe(202);
    expect((await getManifest({ client, path })).response?.status).toBe(404);
    expect((await listTags({ client, path: { name } })).data?.tags).toEqual([]);
    const blob = { name, digest: image.config.digest };
    expect((await deleteBlob({ client, path: blob })).response?.status).toBe(202);
    expect((await headBlob({ client, path: blob })).response?.status).toBe(404);
  });

  it('gives errors their types', async () => {
    const unknown = await getManifest({ client, path: { name: 'library/none', reference: 'latest' } });
    expect(unknown.data).toBeUndefined();
    const body: ErrorBody | undefined = unknown.error;
    expect(body?.errors).toEqual([
      { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown to registry', detail: { tag: 'latest' } },
    ]);
    const wrongName = await listTags({ client, path: { name: 'Library' } });
    expect(wrongName.response?.status).toBe(400);
    expect(wrongName.error?.errors[0]?.code).toBe('NAME_INVALID');
  });

  it('reports everything that is wrong with a manifest', async () => {
    const name = 'library/wrong';
    const missing = { mediaType: 'application/octet-stream', digest: randomBlob().digest, size: 1 };
    const body = await newImage(name, { layers: [missing], artifactType: 'application/vnd.example' });
    const { error } = await putManifest({ client, path: { name, reference: randomBlob().digest }, body });
    expect(error?.errors.map(({ code }) => code)).toEqual(['DIGEST_INVALID', 'MANIFEST_BLOB_UNKNOWN']);
  });

  it('rejects with the error where the caller wants it so', async () => {
    const path = { name: 'library/none', digest: digestOf('none') };
    await expect(getBlob({ client, path, throwOnError: true })).rejects.toMatchObject({
      errors: [{ code: 'BLOB_UNKNOWN' }],
    });
  });

  it('was answered only as the OpenAPI document says', () => {
    expect(surprises).toEqual([]);
  });

  async function startSession(name: string): Promise<string> {
    const { response } = await startUpload({ client, path: { name } });
    expect(response?.status).toBe(202);
    return response?.headers.get('Docker-Upload-UUID') ?? '';
  }

  async function pushBlob(name: string, content: Uint8Array): Promise<string> {
    const digest = digestOf(content);
    await startUpload({ client, path: { name }, query: { digest }, body: content, throwOnError: true });
    return digest;
  }

  /** The manifest of an image that nobody else has, whose blobs are there. */
  async function newImage(name: string, extra: Partial<ImageManifest> = {}): Promise<ImageManifest> {
    const [config, layer] = [randomBlob().content, randomBlob().content];
    const describeBlob = async (mediaType: string, content: Buffer) => ({
      mediaType,
      digest: await pushBlob(name, content),
      size: content.length,
    });
    return {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: await describeBlob('application/vnd.oci.image.config.v1+json', config),
      layers: [await describeBlob('application/vnd.oci.image.layer.v1.tar', layer)],
      ...extra,
    };
  }
});

/** A stream of random bytes, made as it is read, and their digest once it is. */
function randomStream(mebibytes: number): { stream: ReadableStream<Uint8Array>; digest: () => string } {
  const hash = createHash('sha256');
  let left = mebibytes;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left === 0) return controller.close();
      left -= 1;
      const chunk = randomBytes(MIB);
      hash.update(chunk);
      controller.enqueue(chunk);
    },
  });
  return { stream, digest: () => `sha256:${hash.digest('hex')}` };
}

function streamOf(content: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(content);
      controller.close();
    },
  });
}

async function digestOfStream(stream: ReadableStream<Uint8Array> | null | undefined): Promise<string> {
  const hash = createHash('sha256');
  const reader = stream?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) hash.update(part.value);
  return `sha256:${hash.digest('hex')}`;
}

async function bytesOf(response: Response | undefined): Promise<Buffer> {
  return response ? Buffer.from(await response.arrayBuffer()) : Buffer.alloc(0);
}

/** Headers that HTTP itself, or the body, brings. */
const GENERAL_HEADERS = new Set(['connection', 'content-length', 'content-type', 'date', 'keep-alive']);

function surprisesOf(document: OpenAPIObject, method: string, path: string, response: Response): string[] {
  const operation = (document.paths[path] as Record<string, OperationObject> | undefined)?.[method];
  const described = operation?.responses[String(response.status)];
  if (!described || '$ref' in described) return [`${response.status} of ${method} ${path}`];
  const names = new Set(Object.keys(described.headers ?? {}).map((name) => name.toLowerCase()));
  return [...response.headers.keys()]
    .filter((name) => !names.has(name) && !GENERAL_HEADERS.has(name))
    .map((name) => `${name} in ${response.status} of ${method} ${path}`);
}

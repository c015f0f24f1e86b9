import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKey, keyId, parseSignedJson, prettySignature, sign, verify } from '#libs/json-signature';
import { Digest } from '#libs/oci';
import { printSchema1, Schema1Type } from '#libs/schema1';
import { pathOf, StorageDriver, writeLink } from '#libs/storage';
import { tarOf, tarSumOf } from './support/early-root.js';
import { descriptorOf, OCI_INDEX, OCI_MANIFEST, pushable, putManifest } from './support/images.js';
import { digestOf, pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';

const NAME = 'legacy/app';

describe('layers under tarsums', () => {
  let registry: Registry;
  const client = () => registry.client();
  const tar = tarOf('file.txt', 'content');
  const digest = String(tarSumOf(tar));
  const blob = `/v2/${NAME}/blobs/${encodeURIComponent(digest)}`;

  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.close());

  async function begin(): Promise<string> {
    return String((await client().post(`/v2/${NAME}/blobs/uploads/`).expect(202)).headers.location);
  }

  it.each(['in one piece', 'in chunks'])(
    'are taken %s, and served by either name of their repository',
    async (form) => {
      const location = await begin();
      const split = form === 'in chunks' ? 700 : 0;
      if (split > 0) await client().patch(location).send(tar.subarray(0, split)).expect(202);
      const query = `?digest=${encodeURIComponent(digest)}`;
      const response = await client()
        .put(location + query)
        .send(tar.subarray(split))
        .expect(201);
      expect(response.headers['docker-content-digest']).toBe(digest);
      const { body, headers } = await client().get(blob).expect(200);
      expect(tar.equals(body)).toBe(true);
      expect(headers['docker-content-digest']).toBe(digest);
      await client().head(blob).expect(200).expect('Content-Length', String(tar.length));
      await client()
        .head(`/v2/${NAME}/blobs/${digestOf(tar)}`)
        .expect(200);
    },
  );

  it('lie once under their sha256, with a link where Distribution 2.0 has it', async () => {
    const storage = registry.app.get(StorageDriver);
    const [, hex = ''] = digest.split(':');
    const link = `/docker/registry/v2/repositories/${NAME}/_layers/tarsum/v1/sha256/${hex}/link`;
    expect(String(await storage.getContent(link))).toBe(digestOf(tar));
    await storage.stat(pathOf.blob(Digest.parse(digestOf(tar))));
  });

  it('are mounted, stay in their repositories, and are deleted', async () => {
    await client().get(blob.replace(NAME, 'stranger')).expect(404);
    await client()
      .post(`/v2/friend/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${NAME}`)
      .expect(201);
    await client().get(blob.replace(NAME, 'friend')).expect(200);
    await client().delete(blob.replace(NAME, 'friend')).expect(202);
    await client().get(blob.replace(NAME, 'friend')).expect(404);
    await client().get(blob).expect(200);
  });

  it.each([
    ['another sum', tarOf('other.txt', 'x'), 'provided digest did not match uploaded content'],
    ['no archive', Buffer.from('no tar'), 'the content is not the archive that its digest is the sum of'],
  ])('are refused when the content has %s', async (_case, content, message) => {
    const query = `?digest=${encodeURIComponent(digest)}`;
    const response = await client()
      .put((await begin()) + query)
      .send(content)
      .expect(400);
    expect(response.body.errors[0]).toMatchObject({ code: 'DIGEST_INVALID', message });
  });

  it.each(['tarsum+sha256', 'tarsum.dev+sha256'])(
    'are not pushed under %s, but served where they are',
    async (algorithm) => {
      const sum = String(tarSumOf(tar, algorithm));
      const query = `?digest=${encodeURIComponent(sum)}`;
      const response = await client()
        .put((await begin()) + query)
        .send(tar)
        .expect(400);
      expect(response.body.errors[0]).toMatchObject({
        code: 'DIGEST_INVALID',
        message: `layers are not pushed under ${algorithm}`,
      });
      const storage = registry.app.get(StorageDriver);
      await writeLink(storage, pathOf.layerLink(NAME, Digest.parse(sum)), Digest.parse(digestOf(tar)));
      await client()
        .get(`/v2/${NAME}/blobs/${encodeURIComponent(sum)}`)
        .expect(200);
    },
  );

  it.each(['tarsum.v2+sha256', 'tarsum.v1+md4', 'xtarsum.v1+sha256', 'tarsum.v1+sha256+x'])(
    'have no algorithm %s',
    async (algorithm) => {
      const response = await client()
        .get(`/v2/${NAME}/blobs/${algorithm.replaceAll('+', '%2B')}:${'a'.repeat(64)}`)
        .expect(400);
      expect(response.body.errors[0].code).toBe('DIGEST_INVALID');
    },
  );
});

describe('schema 1 manifests', () => {
  let registry: Registry;
  let folder: string;
  const client = () => registry.client();
  const at = (reference: string) => `/v2/${NAME}/manifests/${reference}`;
  const key = generateKey();
  const configured = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-legacy-'));
    const signingKey = join(folder, 'signing.pem');
    await writeFile(signingKey, configured.export({ format: 'pem', type: 'pkcs8' }));
    registry = await startRegistry({ schema1: { signingKey, convert: true } });
  });
  afterAll(async () => {
    await registry.close();
    await rm(folder, { recursive: true });
  });

  /** Pushes a layer, and makes the payload of a manifest of it. */
  async function payloadOf(tag: string, extra: object = {}): Promise<Buffer> {
    const layer = Digest.parse(await pushBlob(registry, NAME, randomBlob().content));
    const history = [JSON.stringify({ id: tag, config: { Cmd: ['<run>'] } })];
    return printSchema1({ name: NAME, tag, architecture: 'amd64', fsLayers: [layer], history, ...extra });
  }

  function signed(payload: Buffer, ...keys: KeyObject[]): Buffer {
    return prettySignature(
      payload,
      keys.map((each) => sign(payload, each, { time: new Date() })),
    );
  }

  const put = (reference: string, content: Buffer, mediaType: string = Schema1Type.signed) =>
    putManifest(registry, NAME, reference, { content, mediaType, digest: '' });

  async function get(reference: string, accept?: string): Promise<{ type: string; digest: string; content: Buffer }> {
    const response = await fetch(registry.url + at(reference), accept === undefined ? {} : { headers: { accept } });
    expect(response.status).toBe(200);
    const content = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-length')).toBe(String(content.length));
    return {
      type: response.headers.get('content-type') ?? '',
      digest: response.headers.get('docker-content-digest') ?? '',
      content,
    };
  }

  it('come back with the signatures that they were pushed with, by tag and by the digest of what is signed', async () => {
    const payload = await payloadOf('kept');
    const document = signed(payload, key, generateKey());
    const response = await put('kept', document).expect(201);
    expect(response.headers['docker-content-digest']).toBe(digestOf(payload));
    for (const reference of ['kept', digestOf(payload)]) {
      const { type, digest, content } = await get(reference);
      expect([type, digest]).toEqual([Schema1Type.signed, digestOf(payload)]);
      expect(content.equals(document)).toBe(true);
    }
  });

  it.each(['application/json', undefined])('are known by what they hold when the type is %s', async (mediaType) => {
    const document = signed(await payloadOf('plain'), key);
    const headers = mediaType === undefined ? {} : { 'Content-Type': mediaType };
    const response = await fetch(registry.url + at('plain'), {
      method: 'PUT',
      body: new Uint8Array(document),
      headers,
    });
    expect(response.status).toBe(201);
    expect((await get('plain')).content.equals(document)).toBe(true);
  });

  it('are taken unsigned under that type, and signed by the configured key for who wants it', async () => {
    const payload = await payloadOf('unsigned');
    await put('unsigned', payload, Schema1Type.unsigned).expect(201);
    const plain = await get('unsigned', Schema1Type.unsigned);
    expect([plain.type, plain.content.equals(payload)]).toEqual([Schema1Type.unsigned, true]);
    const pretty = parseSignedJson((await get('unsigned')).content);
    expect(pretty.payload.equals(payload)).toBe(true);
    expect(verify(pretty).map((verified) => verified.keyId)).toEqual([keyId(configured)]);
  });

  it('are told of everything that is wrong at once', async () => {
    const missing = [Digest.of(Buffer.from('one')), Digest.of(Buffer.from('two'))];
    const payload = printSchema1({
      name: 'other/app',
      tag: 'other',
      architecture: '',
      fsLayers: missing,
      history: ['{}'],
    });
    const document = signed(payload, key);
    const tampered = Buffer.from(
      document.toString().replace('"architecture": ""', '"architecture": "x"').replace('"other"', '"othe"'),
    );
    const response = await put('wrong', tampered).expect(400);
    expect(response.body.errors).toEqual([
      expect.objectContaining({ code: 'MANIFEST_UNVERIFIED' }),
      expect.objectContaining({ code: 'MANIFEST_INVALID', detail: expect.objectContaining({ field: 'history' }) }),
      expect.objectContaining({ code: 'NAME_INVALID', detail: { name: 'other/app', expected: NAME } }),
      expect.objectContaining({ code: 'TAG_INVALID', detail: { tag: 'othe', expected: 'wrong' } }),
      ...missing.map((digest) =>
        expect.objectContaining({ code: 'MANIFEST_BLOB_UNKNOWN', detail: { digest: String(digest) } }),
      ),
    ]);
  });

  it('are judged by what is signed, whatever else the document says', async () => {
    const payload = await payloadOf('attacked');
    const document = signed(payload, key).toString();
    const other = `"fsLayers": [{"blobSum": "${digestOf('evil')}"}]`;
    const attack = Buffer.from(document.replace(/,\n {3}"signatures"/, `,\n   ${other},\n   "signatures"`));
    const response = await put('attacked', attack).expect(201);
    expect(response.headers['docker-content-digest']).toBe(digestOf(payload));
    expect((await get('attacked')).content.toString()).not.toContain(digestOf('evil'));
  });

  it.each([
    ['no signatures', (payload: Buffer) => payload],
    [
      'an empty list of them',
      (payload: Buffer) => Buffer.from(payload.toString().replace(/\n}$/, ',\n   "signatures": []\n}')),
    ],
  ])('are not taken as signed with %s', async (_case, change) => {
    const response = await put('none', change(await payloadOf('none'))).expect(400);
    expect(response.body.errors[0].code).toBe('MANIFEST_UNVERIFIED');
  });

  it('have no tarsum themselves', async () => {
    const response = await put(`tarsum.v1%2Bsha256:${'a'.repeat(64)}`, signed(await payloadOf('summed'), key)).expect(
      400,
    );
    expect(response.body.errors[0].code).toBe('DIGEST_INVALID');
  });

  it('may have layers under tarsums', async () => {
    const tar = tarOf('layer', 'x');
    const digest = tarSumOf(tar);
    const query = `?digest=${encodeURIComponent(String(digest))}`;
    await client().post(`/v2/${NAME}/blobs/uploads/${query}`).send(tar).expect(201);
    const document = signed(await payloadOf('summed', { fsLayers: [digest] }), key);
    await put('summed', document).expect(201);
  });

  it('are deleted with their tags and signatures', async () => {
    const payload = await payloadOf('deleted');
    await put('deleted', signed(payload, key)).expect(201);
    await client()
      .delete(at(digestOf(payload)))
      .expect(202);
    await client().get(at('deleted')).expect(404);
    await put('deleted', payload, Schema1Type.unsigned).expect(201);
    const { content } = await get('deleted');
    expect(verify(parseSignedJson(content)).map((verified) => verified.keyId)).toEqual([keyId(configured)]);
  });

  describe('are made of newer images', () => {
    const vector = readFile(join(import.meta.dirname, '../libs/schema1/src/testdata/schema2-to-schema1.json'), 'utf8');

    /** Pushes the configuration of the vector with layers of our own. */
    async function pushImage(tag: string): Promise<{ content: Buffer; layers: string[] }> {
      const config = Buffer.from(JSON.parse(await vector).configJson);
      const layers = [randomBlob().content, randomBlob().content];
      for (const blob of [config, ...layers]) await pushBlob(registry, NAME, blob);
      const image = pushable(
        {
          schemaVersion: 2,
          mediaType: OCI_MANIFEST,
          config: descriptorOf(config, 'application/vnd.oci.image.config.v1+json'),
          layers: layers.map((layer) => descriptorOf(layer)),
        },
        OCI_MANIFEST,
      );
      await putManifest(registry, NAME, tag, image).expect(201);
      return { content: image.content, layers: layers.map((layer) => digestOf(layer)) };
    }

    it('for a client that knows nothing else', async () => {
      const { layers } = await pushImage('converted');
      const { type, digest, content } = await get('converted', Schema1Type.signed);
      const { payload } = parseSignedJson(content);
      expect([type, digest]).toEqual([Schema1Type.signed, digestOf(payload)]);
      const manifest = JSON.parse(payload.toString());
      expect(manifest).toMatchObject({ schemaVersion: 1, name: NAME, tag: 'converted', architecture: 'arm64' });
      const blobSums = manifest.fsLayers.map(({ blobSum }: { blobSum: string }) => blobSum);
      expect(blobSums).toEqual([
        layers[1],
        'sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4',
        layers[0],
      ]);
      for (const blobSum of blobSums) await client().get(`/v2/${NAME}/blobs/${blobSum}`).expect(200);
      expect((await get('converted', Schema1Type.unsigned)).content.equals(payload)).toBe(true);
    });

    it('not for others, nor by digest', async () => {
      const { content } = await pushImage('modern');
      for (const accept of [undefined, '*/*', `${Schema1Type.signed}, ${OCI_MANIFEST}`]) {
        expect((await get('modern', accept)).content.equals(content)).toBe(true);
      }
      expect((await get(digestOf(content), Schema1Type.signed)).content.equals(content)).toBe(true);
    });

    it('from an index, of its image for linux/amd64', async () => {
      const { content } = await pushImage('child');
      const child = { ...descriptorOf(content, OCI_MANIFEST), platform: { os: 'linux', architecture: 'amd64' } };
      const index = pushable({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [child] }, OCI_INDEX);
      await putManifest(registry, NAME, 'index', index).expect(201);
      const { type, content: converted } = await get('index', Schema1Type.signed);
      expect([type, JSON.parse(converted.toString()).tag]).toEqual([Schema1Type.signed, 'index']);
    });
  });
});

import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type request from 'supertest';
import {
  DOCKER_LIST,
  DOCKER_MANIFEST,
  descriptorOf,
  OCI_INDEX,
  OCI_MANIFEST,
  type Pushable,
  prepareImage,
  pushable,
  pushImage,
  putManifest,
} from './support/images.js';
import { digestOf, type Registry, startRegistry } from './support/registry.js';

const NAME = 'library/app';
const UNKNOWN = digestOf('nobody has this');

describe('manifests', () => {
  let registry: Registry;
  const client = () => registry.client();
  const at = (reference: string) => `/v2/${NAME}/manifests/${reference}`;

  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.close());

  const expectManifest = async (reference: string, { content, mediaType, digest }: Pushable) => {
    const response = await client().get(at(reference)).buffer(true).parse(bytes).expect(200);
    expect(response.headers).toMatchObject({
      'content-type': mediaType,
      'content-length': String(content.length),
      'docker-content-digest': digest,
      etag: `"${digest}"`,
    });
    expect(content.equals(response.body)).toBe(true);
  };

  it('come back byte for byte, by tag and by digest, without an Accept header', async () => {
    const image = await prepareImage(registry, NAME);
    const spaced = { ...image, content: Buffer.from(`${image.content}\n `) };
    const exact = { ...spaced, digest: digestOf(spaced.content) };
    const response = await putManifest(registry, NAME, 'exact', exact).expect(201);
    expect(response.headers).toMatchObject({ location: at(exact.digest), 'docker-content-digest': exact.digest });
    await expectManifest('exact', exact);
    await expectManifest(exact.digest, exact);
    await client().head(at('exact')).expect(200).expect('Content-Length', String(exact.content.length));
  });

  it.each([
    ['Docker schema 2', DOCKER_MANIFEST],
    ['OCI', OCI_MANIFEST],
  ])('are taken in the form of %s', async (_case, mediaType) => {
    const image = await prepareImage(registry, NAME, {}, mediaType);
    await putManifest(registry, NAME, 'form', image).expect(201);
    await expectManifest('form', image);
  });

  it.each([
    ['a manifest list', DOCKER_LIST],
    ['an index', OCI_INDEX],
  ])('are taken as %s of manifests that the repository has', async (_case, mediaType) => {
    const image = await pushImage(registry, NAME, 'child');
    const index = pushable(
      { schemaVersion: 2, mediaType, manifests: [descriptorOf(image.content, OCI_MANIFEST)] },
      mediaType,
    );
    await putManifest(registry, NAME, 'list', index).expect(201);
    await expectManifest('list', index);
  });

  it('are taken with a media type only outside, or only inside', async () => {
    const { content } = await prepareImage(registry, NAME, { mediaType: undefined });
    await putManifest(registry, NAME, 'outside', pushable(JSON.parse(content.toString()), OCI_MANIFEST)).expect(201);
    const inside = await prepareImage(registry, NAME);
    await putManifest(registry, NAME, 'inside', { ...inside, mediaType: 'application/json' }).expect(201);
    await expectManifest('inside', inside);
  });

  it('are kept under sha512 when they are pushed so, and the tag remembers it', async () => {
    const image = await prepareImage(registry, NAME);
    const sha512 = { ...image, digest: digestOf(image.content, 'sha512') };
    await putManifest(registry, NAME, `${sha512.digest}?tag=long`, sha512).expect(201);
    await expectManifest(sha512.digest, sha512);
    await expectManifest('long', sha512);
    await client().get(at(image.digest)).expect(404);
  });

  it('get several tags at once', async () => {
    const image = await prepareImage(registry, NAME);
    const tags = Array.from({ length: 12 }, (_, index) => `v1.${index}`);
    const query = tags.map((tag) => `tag=${tag}`).join('&');
    const response = await putManifest(registry, NAME, `${image.digest}?${query}`, image).expect(201);
    expect(String(response.headers['oci-tag']).split(', ')).toEqual(tags);
    for (const tag of tags) await expectManifest(tag, image);
  });

  it('refuse too many tags, and set none when one is no tag', async () => {
    const image = await prepareImage(registry, NAME);
    const many = Array.from({ length: 101 }, (_, index) => `tag=m${index}`).join('&');
    await putManifest(registry, NAME, `${image.digest}?${many}`, image).expect(414);
    const response = await putManifest(registry, NAME, `${image.digest}?tag=fine&tag=-`, image).expect(400);
    expect(response.body.errors[0]).toMatchObject({ code: 'MANIFEST_INVALID', detail: { tag: ['-'] } });
    await client().get(at('fine')).expect(404);
  });

  describe('that are wrong', () => {
    it('are told of every unknown blob and every broken rule at once', async () => {
      const missing = [Buffer.from('one'), Buffer.from('two')];
      const image = await prepareImage(registry, NAME, {
        layers: [
          ...missing.map((blob) => descriptorOf(blob)),
          { mediaType: 'text/plain', digest: 'sha256:short', size: -1 },
        ],
      });
      const response = await putManifest(registry, NAME, UNKNOWN, image).expect(400);
      expect(response.body.errors).toEqual([
        expect.objectContaining({ code: 'DIGEST_INVALID', detail: { digest: UNKNOWN, computed: image.digest } }),
        expect.objectContaining({
          code: 'MANIFEST_INVALID',
          detail: expect.objectContaining({ field: 'layers[2].digest' }),
        }),
        expect.objectContaining({
          code: 'MANIFEST_INVALID',
          detail: expect.objectContaining({ field: 'layers[2].size' }),
        }),
        ...missing.map((blob) =>
          expect.objectContaining({ code: 'MANIFEST_BLOB_UNKNOWN', detail: { digest: digestOf(blob) } }),
        ),
      ]);
      await client().get(at(image.digest)).expect(404);
    });

    it.each([
      ['no JSON', '{', 'not JSON'],
      ['a list', '[]', 'must be a JSON object'],
      [
        'a member twice',
        '{"schemaVersion":2,"schemaVersion":2}',
        'the member "schemaVersion" stands twice in one object',
      ],
      ['deep nesting', `${'['.repeat(100_000)}`, 'nested deeper than 64 levels'],
    ])('are refused cleanly: %s', async (_case, text, rule) => {
      const manifest = { content: Buffer.from(text), mediaType: OCI_MANIFEST, digest: '' };
      const response = await putManifest(registry, NAME, 'wrong', manifest).expect(400);
      expect(response.body.errors).toEqual([
        expect.objectContaining({ code: 'MANIFEST_INVALID', detail: expect.objectContaining({ rule }) }),
      ]);
    });

    it.each(['text/plain', 'application/vnd.oci.image.config.v1+json', DOCKER_MANIFEST])(
      'are refused as %s when they say they are something else',
      async (mediaType) => {
        const image = await prepareImage(registry, NAME);
        const response = await putManifest(registry, NAME, 'typed', { ...image, mediaType }).expect(400);
        expect(response.body.errors[0]).toMatchObject({ code: 'MANIFEST_INVALID', detail: { field: 'mediaType' } });
      },
    );

    it('are refused with 413 above the limit, and taken up to it', async () => {
      const image = await prepareImage(registry, NAME);
      const limit = 4 * 1024 * 1024;
      const padded = Buffer.concat([image.content, Buffer.alloc(limit - image.content.length, ' ')]);
      const fits = { ...image, content: padded, digest: digestOf(padded) };
      await putManifest(registry, NAME, 'large', fits).expect(201);
      const tooLarge = { ...fits, content: Buffer.concat([padded, Buffer.from(' ')]) };
      const response = await putManifest(registry, NAME, 'large', tooLarge).expect(413);
      expect(response.body.errors[0].code).toBe('SIZE_INVALID');
    });
  });

  it('may name layers that are not distributed, and a subject that is not there', async () => {
    const layer = {
      ...descriptorOf(Buffer.from('elsewhere')),
      mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    };
    const image = await prepareImage(registry, NAME, {
      layers: [layer],
      subject: { ...descriptorOf(Buffer.from('x'), OCI_MANIFEST) },
    });
    await putManifest(registry, NAME, 'foreign', image).expect(201).expect('OCI-Subject', digestOf('x'));
  });

  describe('change only if', () => {
    it('the tag is where the client thinks it is', async () => {
      const first = await pushImage(registry, NAME, 'cas');
      const second = await prepareImage(registry, NAME);
      await putManifest(registry, NAME, 'cas', second).set('If-Match', `"${UNKNOWN}"`).expect(412);
      await putManifest(registry, NAME, 'cas', second).set('If-None-Match', '*').expect(412);
      await putManifest(registry, NAME, 'cas', second).set('If-Match', `W/"${first.digest}"`).expect(412);
      await expectManifest('cas', first);
      await putManifest(registry, NAME, 'cas', second).set('If-Match', `"${first.digest}"`).expect(201);
      await expectManifest('cas', second);
      await client().delete(at('cas')).set('If-Match', `"${first.digest}"`).expect(412);
      await client().delete(at('cas')).set('If-Match', `"${second.digest}"`).expect(202);
      await putManifest(registry, NAME, 'cas', first).set('If-Match', '*').expect(412);
      await putManifest(registry, NAME, 'cas', first).set('If-None-Match', '*').expect(201);
    });

    it('nobody else was faster: exactly one of many writers wins', async () => {
      const images = await Promise.all(Array.from({ length: 20 }, () => prepareImage(registry, NAME)));
      const answers = await Promise.all(
        images.map((image) => putManifest(registry, NAME, 'race', image).set('If-None-Match', '*')),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(412)]);
    });
  });

  it('are not sent again to a client that has them', async () => {
    const image = await pushImage(registry, NAME, 'cached');
    const response = await client().get(at('cached')).set('If-None-Match', `"${image.digest}"`).expect(304);
    expect(response.headers.etag).toBe(`"${image.digest}"`);
    await client().get(at('cached')).set('If-None-Match', `"${UNKNOWN}"`).expect(200);
  });

  describe('are chosen by Accept:', () => {
    it('an image of a list for a client that knows no lists', async () => {
      const image = await pushImage(registry, NAME, 'amd64');
      const child = { ...descriptorOf(image.content, OCI_MANIFEST), platform: { os: 'linux', architecture: 'amd64' } };
      const index = pushable({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [child] }, OCI_INDEX);
      await putManifest(registry, NAME, 'multi', index).expect(201);
      await client().get(at('multi')).set('Accept', OCI_MANIFEST).expect('Docker-Content-Digest', image.digest);
      for (const accept of [OCI_INDEX, `${OCI_MANIFEST}, ${OCI_INDEX}`, '*/*', 'application/*']) {
        const response = await client().get(at('multi')).set('Accept', accept).expect(200);
        expect(response.headers['docker-content-digest']).toBe(index.digest);
        expect(response.headers.warning).toBeUndefined();
      }
      await client().get(at(index.digest)).set('Accept', OCI_MANIFEST).expect('Docker-Content-Digest', index.digest);
    });

    it('what is there, with a warning, when the client knows nothing of it', async () => {
      await pushImage(registry, NAME, 'warned');
      const response = await client().get(at('warned')).set('Accept', 'text/html').expect(200);
      expect(response.headers.warning).toBe(
        `299 - "the manifest is ${OCI_MANIFEST}, which the Accept header does not name"`,
      );
    });
  });

  describe('are deleted', () => {
    it('by tag: the manifest stays', async () => {
      const image = await pushImage(registry, NAME, 'gone');
      await client().delete(at('gone')).expect(202);
      await client().get(at('gone')).expect(404);
      await expectManifest(image.digest, image);
    });

    it('by digest: every tag that points to it goes too, and no other', async () => {
      const image = await pushImage(registry, NAME, 'one');
      await putManifest(registry, NAME, 'two', image).expect(201);
      const other = await pushImage(registry, NAME, 'other');
      await client().delete(at(image.digest)).expect(202);
      for (const reference of ['one', 'two', image.digest]) await client().get(at(reference)).expect(404);
      await expectManifest('other', other);
      const { body } = await client().get(`/v2/${NAME}/tags/list`).expect(200);
      expect(body.tags).not.toContain('one');
      expect(body.tags).toContain('other');
    });
  });

  it.each([
    ['get', 'unknown', 404, 'MANIFEST_UNKNOWN'],
    ['get', UNKNOWN, 404, 'MANIFEST_UNKNOWN'],
    ['get', 'no%20tag', 404, 'MANIFEST_UNKNOWN'],
    ['get', 'sha256:short', 400, 'DIGEST_INVALID'],
    ['put', 'sha256:short', 400, 'DIGEST_INVALID'],
    ['put', 'md5:d41d8cd98f00b204e9800998ecf8427e', 400, 'DIGEST_INVALID'],
    ['put', '.tag', 400, 'MANIFEST_INVALID'],
    ['put', 't'.repeat(129), 400, 'MANIFEST_INVALID'],
    ['delete', 'unknown', 404, 'MANIFEST_UNKNOWN'],
    ['delete', UNKNOWN, 404, 'MANIFEST_UNKNOWN'],
  ] as const)('answer %s of %s with %i %s', async (method, reference, status, code) => {
    const response = await client()[method](at(reference)).expect(status);
    expect(response.body.errors).toEqual([expect.objectContaining({ code })]);
  });

  it('are not reachable through another repository', async () => {
    const image = await pushImage(registry, NAME, 'private');
    await client().get(`/v2/other/manifests/${image.digest}`).expect(404);
    await client().get(`/v2/other/blobs/${image.digest}`).expect(404);
    const response = await putManifest(registry, 'other', 'stolen', image).expect(400);
    expect(response.body.errors.map(({ code }: { code: string }) => code)).toEqual(
      Array(2).fill('MANIFEST_BLOB_UNKNOWN'),
    );
  });
});

/** The body as it is, whatever its type. */
async function bytes(response: request.Response, done: (error: Error | null, body?: Buffer) => void): Promise<void> {
  // Types of supertest hide that a response is a stream while it is being parsed.
  done(null, await buffer(response as unknown as Readable));
}

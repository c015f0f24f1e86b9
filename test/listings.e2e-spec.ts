import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type request from 'supertest';
import {
  descriptorOf,
  OCI_INDEX,
  OCI_MANIFEST,
  prepareImage,
  pushable,
  pushImage,
  putManifest,
} from './support/images.js';
import { digestOf, pushBlob, type Registry, startRegistry } from './support/registry.js';

describe('listings', () => {
  let registry: Registry;
  const client = () => registry.client();

  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.close());

  /** Follows Link headers; each page as what `entries` finds in it. */
  async function pages<T>(path: string, entries: (body: never) => T): Promise<T[]> {
    const found: T[] = [];
    let next: string | undefined = path;
    while (next !== undefined) {
      const { body, headers }: request.Response = await client().get(next).expect(200);
      found.push(entries(body as never));
      next = /^<(.+)>; rel="next"$/.exec(headers.link ?? '')?.[1];
    }
    return found;
  }

  describe('of tags', () => {
    const NAME = 'tagged/app';
    const TAGS = ['1.0', '1.1', 'V2', '_x', 'a', 'latest'];
    const list = `/v2/${NAME}/tags/list`;

    beforeAll(async () => {
      const image = await prepareImage(registry, NAME);
      for (const tag of [...TAGS].reverse()) await putManifest(registry, NAME, tag, image).expect(201);
    });

    it('hold all of them in byte order', async () => {
      const response = await client().get(list).expect(200).expect('Content-Type', 'application/json');
      expect(response.body).toEqual({ name: NAME, tags: TAGS });
      expect(response.headers.link).toBeUndefined();
    });

    it.each([1, 2, 3, 4, 6])('come in pages of %i, without an empty one at the end', async (n) => {
      const found = await pages(`${list}?n=${n}`, ({ tags }: { tags: string[] }) => tags);
      expect(found.flat()).toEqual(TAGS);
      expect(found.length).toBe(Math.ceil(TAGS.length / n));
    });

    it('begin behind a tag, whether it is there or not', async () => {
      for (const [last, expected] of [
        ['1.1', TAGS.slice(2)],
        ['b', ['latest']],
        ['z', []],
      ] as const) {
        expect((await client().get(`${list}?last=${last}`).expect(200)).body.tags).toEqual(expected);
      }
    });

    it('are empty for n=0, and have no next page then', async () => {
      const response = await client().get(`${list}?n=0`).expect(200);
      expect([response.body.tags, response.headers.link]).toEqual([[], undefined]);
    });

    it.each(['-1', 'x', '1.5', ''])('refuse n=%s', async (n) => {
      const response = await client().get(`${list}?n=${n}`).expect(400);
      expect(response.body.errors[0]).toMatchObject({ code: 'UNSUPPORTED', detail: { n } });
    });

    it('are unknown for a repository that is', async () => {
      const response = await client().get('/v2/nobody/knows/tags/list').expect(404);
      expect(response.body.errors[0]).toMatchObject({ code: 'NAME_UNKNOWN', detail: { name: 'nobody/knows' } });
    });

    it('are unknown for a name that others only begin with', async () => {
      await client().get('/v2/tagged/tags/list').expect(404);
    });

    it('are empty for a repository that has blobs only', async () => {
      await pushBlob(registry, 'blobs/only', Buffer.from('blob'));
      expect((await client().get('/v2/blobs/only/tags/list').expect(200)).body.tags).toEqual([]);
    });
  });

  describe('of repositories', () => {
    const NAMES = ['cat', 'cat/a', 'cat/a/b', 'cat/z', 'cat-b', 'cat.c'];
    const repositories = ({ repositories }: { repositories: string[] }) => repositories;

    beforeAll(async () => {
      for (const name of NAMES) await pushImage(registry, name, 'latest');
    });

    it('hold each that has a manifest, what lies below a name right after it', async () => {
      const [found = []] = await pages('/v2/_catalog', repositories);
      expect(found.filter((name) => name.startsWith('cat'))).toEqual([
        'cat',
        'cat/a',
        'cat/a/b',
        'cat/z',
        'cat-b',
        'cat.c',
      ]);
      expect(found).not.toContain('blobs/only');
    });

    it.each([1, 2, 5])('come in pages of %i', async (n) => {
      const [all = []] = await pages('/v2/_catalog', repositories);
      const found = await pages(`/v2/_catalog?n=${n}`, repositories);
      expect(found.flat()).toEqual(all);
      expect(found.length).toBe(Math.ceil(all.length / n));
    });

    it('begin behind a name, whether it is there or not', async () => {
      for (const [last, first] of [
        ['cat', 'cat/a'],
        ['cat/a', 'cat/a/b'],
        ['cat/b', 'cat/z'],
        ['cat/zz', 'cat-b'],
      ]) {
        const response = await client()
          .get(`/v2/_catalog?last=${encodeURIComponent(last ?? '')}&n=1`)
          .expect(200);
        expect(response.body.repositories).toEqual([first]);
      }
    });
  });

  describe('of referrers', () => {
    const NAME = 'signed/app';
    const SIGNATURE = 'application/vnd.example.signature+json';
    const subject = digestOf('the subject');
    const list = `/v2/${NAME}/referrers/${subject}`;
    const refer = (extra: object) =>
      prepareImage(registry, NAME, {
        subject: { ...descriptorOf(Buffer.from('the subject'), OCI_MANIFEST) },
        ...extra,
      });

    it('are empty for what nobody refers to, in a repository that nobody knows', async () => {
      const response = await client().get(`/v2/nobody/knows/referrers/${subject}`).expect(200);
      expect(response.headers['content-type']).toBe(OCI_INDEX);
      expect(JSON.parse(response.text ?? response.body)).toEqual({
        schemaVersion: 2,
        mediaType: OCI_INDEX,
        manifests: [],
      });
    });

    it('describe each manifest with that subject, and can be filtered', async () => {
      const annotations = { 'org.example.key': 'value' };
      const signature = await refer({ artifactType: SIGNATURE, annotations });
      const plain = await refer({});
      for (const referrer of [signature, plain]) {
        await putManifest(registry, NAME, referrer.digest, referrer).expect(201).expect('OCI-Subject', subject);
      }
      const described = {
        mediaType: OCI_MANIFEST,
        digest: signature.digest,
        size: signature.content.length,
        artifactType: SIGNATURE,
        annotations,
      };
      const all = await manifestsAt(list);
      expect(all).toHaveLength(2);
      expect(all).toContainEqual(described);
      expect(all).toContainEqual(
        expect.objectContaining({ digest: plain.digest, artifactType: 'application/vnd.oci.image.config.v1+json' }),
      );
      const filtered = await client()
        .get(`${list}?artifactType=${encodeURIComponent(SIGNATURE)}`)
        .expect(200);
      expect(filtered.headers['oci-filters-applied']).toBe('artifactType');
      expect(JSON.parse(filtered.text ?? filtered.body).manifests).toEqual([described]);
    });

    it('come in pages', async () => {
      const digests = (await manifestsAt(list)).map(({ digest }) => digest);
      const first = await client().get(`${list}?n=1`).expect(200);
      const next = /^<(.+)>; rel="next"$/.exec(first.headers.link ?? '')?.[1] ?? '';
      expect((await manifestsAt(next)).map(({ digest }) => digest)).toEqual(digests.slice(1));
    });

    it('lose a manifest that is deleted', async () => {
      const referrer = await refer({ artifactType: 'application/vnd.example.deleted' });
      await putManifest(registry, NAME, 'deleted', referrer).expect(201);
      await client().delete(`/v2/${NAME}/manifests/${referrer.digest}`).expect(202);
      expect((await manifestsAt(list)).map(({ digest }) => digest)).not.toContain(referrer.digest);
    });

    it('hold what clients listed under the referrers tag, once', async () => {
      const legacy = await prepareImage(registry, NAME, { artifactType: 'application/vnd.example.legacy' });
      await putManifest(registry, NAME, legacy.digest, legacy).expect(201);
      const both = await refer({ artifactType: 'application/vnd.example.both' });
      await putManifest(registry, NAME, both.digest, both).expect(201);
      const manifests = [legacy, both].map(({ content }) => descriptorOf(content, OCI_MANIFEST));
      const tag = subject.replace(':', '-');
      await putManifest(
        registry,
        NAME,
        tag,
        pushable({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }, OCI_INDEX),
      ).expect(201);
      const digests = (await manifestsAt(list)).map(({ digest }) => digest);
      expect(digests).toContain(legacy.digest);
      expect(digests.filter((digest) => digest === both.digest)).toHaveLength(1);
    });

    it('refuse what is no digest', async () => {
      const response = await client().get(`/v2/${NAME}/referrers/latest`).expect(400);
      expect(response.body.errors[0].code).toBe('DIGEST_INVALID');
    });

    async function manifestsAt(path: string): Promise<{ digest: string }[]> {
      const response = await client().get(path).expect(200);
      return JSON.parse(response.text ?? response.body).manifests;
    }
  });
});

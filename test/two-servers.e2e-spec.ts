import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type request from 'supertest';
import { LockManager, LockTimeoutError, pathOf, StorageDriver } from '#libs/storage';
import { type Pushable, prepareImage, pushImage, putManifest } from './support/images.js';
import { digestOf, type Registry, randomBlob, startRegistry, storageOf } from './support/registry.js';
import { type SharedStorage, sharedStorage } from './support/shared-storage.js';
import { Wire } from './support/wire.js';

const NAME = 'library/app';
const statusesOf = (answers: readonly request.Response[]) => answers.map(({ status }) => status).sort();

describe('two servers on one root', () => {
  let shared: SharedStorage;
  let one: Registry;
  let other: Registry;
  const alternately = (index: number) => (index % 2 === 0 ? one : other);
  const at = (reference: string) => `/v2/${NAME}/manifests/${reference}`;

  beforeAll(async () => {
    shared = await sharedStorage();
    const storage = storageOf(shared.settings);
    [one, other] = await Promise.all([startRegistry({ storage }), startRegistry({ storage })]);
  });
  afterAll(async () => {
    await Promise.all([one.close(), other.close()]);
    await shared.remove();
  });

  async function begin(registry: Registry): Promise<string> {
    const { headers } = await registry.client().post(`/v2/${NAME}/blobs/uploads/`).expect(202);
    return String(headers.location);
  }

  const append = (registry: Registry, location: string, content: Buffer, start: number) =>
    registry
      .client()
      .patch(location)
      .set('Content-Range', `${start}-${start + content.length - 1}`)
      .send(content);

  async function expectBlob(content: Buffer): Promise<void> {
    for (const registry of [one, other]) {
      const { body } = await registry
        .client()
        .get(`/v2/${NAME}/blobs/${digestOf(content)}`)
        .expect(200);
      expect(content.equals(body)).toBe(true);
    }
  }

  describe('share an upload:', () => {
    it('each continues it where the other one was', async () => {
      const { content, digest } = randomBlob(10_001);
      const location = await begin(one);
      for (let start = 0; start < 10_000; start += 1000) {
        const chunk = content.subarray(start, start + 1000);
        await append(alternately(start / 1000), location, chunk, start)
          .expect(202)
          .expect('Range', `0-${start + 999}`);
        await alternately(start / 1000 + 1)
          .client()
          .get(location)
          .expect(204)
          .expect('Range', `0-${start + 999}`);
      }
      await other.client().put(`${location}?digest=${digest}`).send(content.subarray(10_000)).expect(201);
      await expectBlob(content);
    });

    it('the one that finishes it does not read again what the other one took', async () => {
      const { content, digest } = randomBlob(5000);
      const location = await begin(one);
      await append(one, location, content.subarray(0, 4000), 0).expect(202);
      // Only who reads the data could find out that it is not what the hash was computed of.
      await storageIn(one).putContent(pathOf.uploadData(NAME, location.slice(-36)), Buffer.alloc(4000));
      await other.client().put(`${location}?digest=${digest}`).send(content.subarray(4000)).expect(201);
    });

    it('one chunk of many that come at once is taken, and the others are told so', async () => {
      const { content, digest } = randomBlob(20_000);
      const location = await begin(one);
      await append(one, location, content.subarray(0, 100), 0).expect(202);
      const chunk = content.subarray(100, 10_000);
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => append(alternately(index), location, chunk, 100)),
      );
      expect(statusesOf(answers)).toEqual([202, ...Array(11).fill(416)]);
      for (const { headers } of answers) expect(headers.range).toBe('0-9999');
      await other.client().put(`${location}?digest=${digest}`).send(content.subarray(10_000)).expect(201);
      await expectBlob(content);
    });

    it('a chunk for which the other one still has to wait is refused for now', async () => {
      const { content, digest } = randomBlob(2000);
      const location = await begin(one);
      const slow = await Wire.open(one.url);
      slow.send('PATCH', location, { 'Content-Length': 1000 }, content.subarray(0, 500));
      await isUnderWayElsewhere(other, location);
      const refused = await append(other, location, content.subarray(0, 1000), 0).expect(429);
      expect(refused.headers['retry-after']).toBe('1');
      expect(refused.body.errors[0].code).toBe('TOOMANYREQUESTS');
      slow.sendRaw(content.subarray(500, 1000));
      expect((await slow.answer()).status).toBe(202);
      slow.close();
      await other.client().put(`${location}?digest=${digest}`).send(content.subarray(1000)).expect(201);
      await expectBlob(content);
    }, 20_000);

    it('it is finished once, however many ask for it', async () => {
      const { content, digest } = randomBlob(3000);
      const location = await begin(one);
      await append(one, location, content, 0).expect(202);
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) => alternately(index).client().put(`${location}?digest=${digest}`)),
      );
      expect(statusesOf(answers)).toEqual([201, ...Array(7).fill(404)]);
      await expectBlob(content);
    });
  });

  it('take one blob from many at the same time', async () => {
    const { content, digest } = randomBlob(300_000);
    const post = (registry: Registry) => registry.client().post(`/v2/${NAME}/blobs/uploads/?digest=${digest}`);
    const answers = await Promise.all(Array.from({ length: 16 }, (_, index) => post(alternately(index)).send(content)));
    expect(statusesOf(answers)).toEqual(Array(16).fill(201));
    await expectBlob(content);
  });

  it('let exactly one of many writers move a tag from where it is, version for version', async () => {
    let current = await pushImage(one, NAME, 'cas');
    for (let version = 0; version < 4; version++) {
      const images = await Promise.all(Array.from({ length: 40 }, () => prepareImage(one, NAME)));
      const condition = `"${current.digest}"`;
      const answers = await Promise.all(
        images.map((image, index) => putManifest(alternately(index), NAME, 'cas', image).set('If-Match', condition)),
      );
      expect(statusesOf(answers)).toEqual([201, ...Array(39).fill(412)]);
      const winner = images[answers.findIndex(({ status }) => status === 201)];
      for (const registry of [one, other]) {
        await registry.client().get(at('cas')).expect(200).expect('Docker-Content-Digest', String(winner?.digest));
      }
      current = winner ?? current;
    }
  }, 60_000);

  it('leave no tag that points to nothing, whatever is pushed and deleted at the same time', async () => {
    const images = await Promise.all(Array.from({ length: 3 }, () => prepareImage(one, NAME)));
    const tags = ['race-a', 'race-b', 'race-c'];
    const work = Array.from({ length: 120 }, async (_, index) => {
      const client = alternately(index);
      const image = images[index % images.length] as Pushable;
      if (index % 4 === 3) return client.client().delete(at(image.digest));
      if (index % 4 === 2) return putManifest(client, NAME, `${image.digest}?tag=race-a&tag=race-c`, image);
      return putManifest(client, NAME, tags[index % tags.length] ?? '', image);
    });
    const statuses = new Set(statusesOf(await Promise.all(work)));
    expect([...statuses].filter((status) => ![201, 202, 404].includes(status))).toEqual([]);
    for (const registry of [one, other]) {
      const { body } = await registry.client().get(`/v2/${NAME}/tags/list`).expect(200);
      for (const tag of body.tags) await registry.client().get(at(tag)).expect(200);
      const listed = tags.filter((tag) => body.tags.includes(tag));
      const there = await storageIn(registry).list(pathOf.tags(NAME));
      expect(there.filter((tag) => tag.startsWith('race-'))).toEqual(listed);
    }
  }, 60_000);

  it('see at once what the other one did', async () => {
    const image = await pushImage(one, NAME, 'seen');
    await other.client().get(at('seen')).expect(200).expect('Docker-Content-Digest', image.digest);
    await other.client().delete(at('seen')).expect(202);
    await one.client().get(at('seen')).expect(404);
    await one.client().get(at(image.digest)).expect(200);
    await one.client().delete(at(image.digest)).expect(202);
    await other.client().get(at(image.digest)).expect(404);
    await pushImage(other, NAME, 'seen');
    await one.client().get(at('seen')).expect(200);
  });
});

const storageIn = ({ app }: Registry) => app.get(StorageDriver);

/** Longer than it takes to release a lock. */
const HELD_FOR = 1000;

/** Resolves when somebody else than `registry` is at work on the upload. */
async function isUnderWayElsewhere(registry: Registry, location: string): Promise<void> {
  const locks = registry.app.get(LockManager);
  const probe = () => locks.exclusively(`upload/${location.slice(-36)}`, async () => false, { wait: HELD_FOR });
  while (!(await probe().catch((error) => error instanceof LockTimeoutError))) await setImmediate();
}

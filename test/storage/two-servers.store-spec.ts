import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Answer, MANIFEST_TYPE, RegistryClient } from '../crash/registry-client.js';
import { digestOf } from '../support/registry.js';
import { type ServerProcess, startServer } from '../support/server-process.js';
import { type SharedStorage, sharedStorage } from '../support/shared-storage.js';
import { Wire } from '../support/wire.js';

const NAME = 'shared/app';
/** More than what a large file is stored in at a time. */
const LARGE = 12_000_000;
/** Within so many milliseconds others can do what a server was about that is no more. */
const TAKEOVER = 30_000;

jest.setTimeout(120_000);

interface Image {
  readonly body: Buffer;
  readonly digest: string;
}

describe('two built servers on one store', () => {
  let shared: SharedStorage;
  const running = new Set<ServerProcess>();
  let clients: [RegistryClient, RegistryClient];
  let blob: Buffer;
  const alternately = (index: number): RegistryClient => clients[index % 2] as RegistryClient;
  const each = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => work(index)));

  async function start(): Promise<ServerProcess> {
    const server = await startServer({ ...shared.settings });
    running.add(server);
    return server;
  }

  beforeAll(async () => {
    shared = await sharedStorage();
    const [one, other] = await Promise.all([start(), start()]);
    clients = [new RegistryClient(one.url), new RegistryClient(other.url)];
    blob = randomBytes(1000);
    await clients[0].pushWhole(NAME, digestOf(blob), blob);
  });
  afterAll(async () => {
    await Promise.all([...running].map((server) => server.stop()));
    await shared.remove();
  });

  function image(note: string): Image {
    const descriptor = { mediaType: 'application/octet-stream', digest: digestOf(blob), size: blob.length };
    const annotations = { note };
    const manifest = { schemaVersion: 2, mediaType: MANIFEST_TYPE, config: descriptor, layers: [], annotations };
    const body = Buffer.from(JSON.stringify(manifest));
    return { body, digest: digestOf(body) };
  }

  const put = (client: RegistryClient, reference: string, { body }: Image): Promise<Answer> => {
    const headers = { 'content-type': MANIFEST_TYPE };
    return client.request('PUT', `/v2/${NAME}/manifests/${reference}`, { headers, body });
  };

  const append = (client: RegistryClient, location: string, body: Buffer, start: number): Promise<Answer> => {
    const headers = { 'content-range': `${start}-${start + body.length - 1}` };
    return client.request('PATCH', location, { headers, body });
  };

  async function expectBlob(content: Buffer): Promise<void> {
    for (const client of clients) {
      const { status, body } = await client.blob(NAME, digestOf(content));
      expect([status, content.equals(body)]).toEqual([200, true]);
    }
  }

  /** The digest that both servers serve a tag with, byte for byte; null where neither has it. */
  async function digestAt(tag: string): Promise<string | null> {
    const answers = await Promise.all(clients.map((client) => client.manifest(NAME, tag)));
    const digests = answers.map(({ status, body }) => (status === 404 ? null : digestOf(body)));
    expect(digests[1]).toBe(digests[0]);
    for (const { status, headers, body } of answers) {
      if (status !== 404) expect([status, headers['docker-content-digest']]).toEqual([200, digestOf(body)]);
    }
    return digests[0] ?? null;
  }

  it.each([30_000, LARGE])('share an upload of %i bytes: begun on one, continued on the other', async (size) => {
    const content = randomBytes(size);
    const [third, half] = [Math.floor(size / 3), Math.floor(size / 2)];
    const [one, other] = clients;
    const location = await one.startUpload(NAME);
    await other.patch(location, content.subarray(0, third), { start: 0, end: third });
    expect(await one.uploadOffset(location)).toBe(third);
    await one.patch(location, content.subarray(third, half), { start: third, end: half });
    expect(await other.uploadOffset(location)).toBe(half);
    await other.finishUpload(location, digestOf(content), content.subarray(half));
    await expectBlob(content);
    expect(await one.uploadOffset(location)).toBeNull();
  });

  it.each([2000, LARGE])('take one of two chunks of %i bytes that come at once, and refuse the other', async (size) => {
    for (let time = 0; time < 4; time++) {
      const first = randomBytes(1000);
      const chunks = [randomBytes(size), randomBytes(size)];
      const location = await clients[0].startUpload(NAME);
      await clients[1].patch(location, first, { start: 0, end: first.length });
      const answers = await Promise.all(
        chunks.map((chunk, index) => append(alternately(index), location, chunk, first.length)),
      );
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 202)).toHaveLength(1);
      expect(statuses.filter((status) => status === 416 || status === 429)).toHaveLength(1);
      const winner = chunks[statuses.indexOf(202)] ?? first;
      expect(await alternately(time).uploadOffset(location)).toBe(first.length + size);
      const content = Buffer.concat([first, winner]);
      await alternately(time).finishUpload(location, digestOf(content));
      await expectBlob(content);
    }
  });

  it('take one blob from many at once', async () => {
    for (const size of [100_000, LARGE]) {
      const content = randomBytes(size);
      await each(6, (index) => alternately(index).pushWhole(NAME, digestOf(content), content));
      await expectBlob(content);
    }
  });

  it('leave a tag at one of those that were pushed at once, whole', async () => {
    for (let time = 0; time < 3; time++) {
      const images = Array.from({ length: 20 }, (_, index) => image(`tag ${time}/${index}`));
      const answers = await each(20, (index) => put(alternately(index), 'contended', images[index] as Image));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
      expect(images.map(({ digest }) => digest)).toContain(await digestAt('contended'));
    }
  });

  it('move the tags of one request together, or none', async () => {
    const tags = ['set-a', 'set-b', 'set-c'];
    const query = tags.map((tag) => `tag=${tag}`).join('&');
    for (let time = 0; time < 3; time++) {
      const images = Array.from({ length: 10 }, (_, index) => image(`set ${time}/${index}`));
      const answers = await each(10, (index) => {
        const pushed = images[index] as Image;
        return put(alternately(index), `${pushed.digest}?${query}`, pushed);
      });
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
      const digests = new Set([await digestAt('set-a'), await digestAt('set-b'), await digestAt('set-c')]);
      expect(digests.size).toBe(1);
      expect(images.map(({ digest }) => digest)).toContain([...digests][0]);
    }
  });

  it('leave no tag that points to nothing when a manifest is deleted while it is pushed', async () => {
    for (let time = 0; time < 10; time++) {
      const raced = image(`raced ${time}`);
      const tag = `raced-${time}`;
      const path = `/v2/${NAME}/manifests/${raced.digest}`;
      await put(clients[0], raced.digest, raced);
      const answers = await Promise.all([
        put(alternately(time), tag, raced),
        alternately(time + 1).request('DELETE', path),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([201, 202]);
      const digest = await digestAt(tag);
      expect([raced.digest, null]).toContain(digest);
      for (const client of clients) {
        expect((await client.tags(NAME)).includes(tag)).toBe(digest !== null);
        expect((await client.manifest(NAME, raced.digest)).status).toBe(digest === null ? 404 : 200);
      }
    }
  });

  describe('when one is killed', () => {
    /** Resolves with the milliseconds until the answer is another one than that somebody else is at work. */
    async function untilAllowed(ask: () => Promise<Answer>, expected: number): Promise<number> {
      const begin = performance.now();
      for (;;) {
        const { status, headers } = await ask();
        const took = performance.now() - begin;
        if (status === expected) return took;
        expect([status, Number(headers['retry-after']) > 0, took < TAKEOVER]).toEqual([429, true, true]);
        await setTimeout(200);
      }
    }

    it('the other one goes on with an upload that the first was at work on', async () => {
      const doomed = await start();
      const content = randomBytes(3_000_000);
      const location = await clients[0].startUpload(NAME);
      await new RegistryClient(doomed.url).patch(location, content.subarray(0, 1000), { start: 0, end: 1000 });
      const wire = await Wire.open(doomed.url);
      wire.send('PATCH', location, { 'Content-Length': 2_000_000 }, content.subarray(1000, 500_000));
      // It is at work when others are kept out. Whoever asks too often might keep it out.
      while ((await append(clients[0], location, Buffer.alloc(1), 999)).status !== 429) await setTimeout(500);
      running.delete(doomed);
      await doomed.kill();
      await wire.closed();
      const took = await untilAllowed(() => append(clients[0], location, content.subarray(1000), 1000), 202);
      expect(took).toBeLessThan(TAKEOVER);
      await clients[1].finishUpload(location, digestOf(content));
      await expectBlob(content);
    });

    it('the other one goes on with a repository that the first was changing', async () => {
      const doomed = await start();
      const dying = new RegistryClient(doomed.url);
      const work = Array.from({ length: 20 }, (_, index) => put(dying, `dying-${index}`, image(`dying ${index}`)));
      // With the first answer the others are under way.
      await Promise.race(work);
      running.delete(doomed);
      await doomed.kill();
      await Promise.allSettled(work);
      const next = image('after the death');
      expect(await untilAllowed(() => put(clients[0], 'dying', next), 201)).toBeLessThan(TAKEOVER);
      expect(await digestAt('dying')).toBe(next.digest);
      for (const tag of await clients[1].tags(NAME)) expect(await digestAt(tag)).not.toBeNull();
    });
  });
});

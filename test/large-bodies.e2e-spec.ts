import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StorageDriver } from '#libs/storage';
import { type Registry, randomBlob, startRegistry, storageOf } from './support/registry.js';
import { type SharedStorage, sharedStorage } from './support/shared-storage.js';
import { Wire } from './support/wire.js';

const NAME = 'library/large';
const MIB = 1024 * 1024;
/** From which on a body has a connection of its own. */
const LARGE = 16 * MIB;
const IDLE_TIMEOUT = 600;

const STORAGES: [description: string, create: () => Promise<SharedStorage>][] = [
  ['in memory', async () => ({ settings: { STOWAGE_STORAGE_DRIVER: 'inmemory' }, remove: async () => {} })],
  ['in the storage that processes share', sharedStorage],
];

describe.each(STORAGES)('a large body, %s,', (_description, create) => {
  let shared: SharedStorage;
  let registry: Registry;

  beforeAll(async () => {
    shared = await create();
    registry = await startRegistry({ storage: storageOf(shared.settings) });
  });
  afterAll(async () => {
    await registry.close();
    await shared.remove();
  });

  async function begin(at = registry): Promise<string> {
    const { headers } = await at.client().post(`/v2/${NAME}/blobs/uploads/`).expect(202);
    return String(headers.location);
  }

  async function expectBlob(content: Buffer, digest: string): Promise<void> {
    const { body } = await registry.client().get(`/v2/${NAME}/blobs/${digest}`).expect(200);
    expect(content.equals(body)).toBe(true);
  }

  /** Lets the next writer fail with `error`, or wait, when it is given its `number`th chunk. */
  function disturbWriter(number: number, disturb: () => void | Promise<void>, at = registry): void {
    const storage = at.app.get(StorageDriver);
    const { writer } = storage;
    storage.writer = async (...args) => {
      storage.writer = writer;
      let chunks = 0;
      const opened = await writer.apply(storage, args);
      const { write } = opened;
      opened.write = async (chunk) => {
        chunks++;
        if (chunks === number) await disturb();
        await write.call(opened, chunk);
      };
      return opened;
    };
  }

  it.each([
    ['at once', [LARGE + 17]],
    ['with its head in the same packet', []],
    ['in pieces that fit no buffer', [1, 65_535, 400_001, MIB - 1, 1_300_003, 2_000_000]],
  ])('is stored when it comes %s', async (_case, sizes) => {
    const { content, digest } = randomBlob(LARGE + 17);
    const wire = await Wire.open(registry.url);
    const target = `${await begin()}?digest=${digest}`;
    const headers = { 'Content-Length': content.length };
    if (sizes.length === 0) wire.send('PUT', target, headers, content);
    else wire.send('PUT', target, headers);
    for (let at = 0, i = 0; i < sizes.length; at += sizes[i] ?? 0, i++) {
      await setTimeout(5);
      wire.sendRaw(content.subarray(at, i === sizes.length - 1 ? content.length : at + (sizes[i] ?? 0)));
    }
    const answer = await wire.answer();
    expect([answer.status, answer.headers.get('connection')]).toEqual([201, 'close']);
    await wire.closed();
    await expectBlob(content, digest);
  });

  it('is stored when it comes in one POST, or chunk by chunk', async () => {
    const one = randomBlob(LARGE);
    const post = registry.client().post(`/v2/${NAME}/blobs/uploads/?digest=${one.digest}`);
    await post.set('Content-Type', 'application/octet-stream').send(one.content).expect(201);
    await expectBlob(one.content, one.digest);

    const { content, digest } = randomBlob(2 * LARGE + 5);
    const location = await begin();
    for (const [start, end] of [
      [0, LARGE],
      [LARGE, 2 * LARGE + 3],
    ] as const) {
      const patch = registry
        .client()
        .patch(location)
        .set('Content-Range', `${start}-${end - 1}`);
      await patch
        .send(content.subarray(start, end))
        .expect(202)
        .expect('Range', `0-${end - 1}`);
    }
    await registry
      .client()
      .put(`${location}?digest=${digest}`)
      .send(content.subarray(2 * LARGE + 3))
      .expect(201);
    await expectBlob(content, digest);
  });

  it('is stored by many clients at once', async () => {
    const blobs = Array.from({ length: 5 }, (_, index) => randomBlob(LARGE + index * 70_001));
    await Promise.all(
      blobs.map(async ({ content, digest }) =>
        registry
          .client()
          .put(`${await begin()}?digest=${digest}`)
          .send(content)
          .expect(201),
      ),
    );
    for (const { content, digest } of blobs) await expectBlob(content, digest);
  });

  it('ends its connection, whatever comes behind it', async () => {
    const { content, digest } = randomBlob(LARGE);
    const wire = await Wire.open(registry.url);
    wire.send('PUT', `${await begin()}?digest=${digest}`, { 'Content-Length': content.length }, content);
    wire.send('GET', '/v2/');
    expect((await wire.answer()).status).toBe(201);
    expect((await wire.closed()).length).toBe(0);
  });

  it('with another digest leaves the session as it was', async () => {
    const { content, digest } = randomBlob(LARGE);
    const location = await begin();
    const other = randomBlob(LARGE).content;
    const refused = await registry.client().put(`${location}?digest=${digest}`).send(other).expect(400);
    expect(refused.body.errors[0].code).toBe('DIGEST_INVALID');
    await registry.client().put(`${location}?digest=${digest}`).send(content).expect(201);
    await expectBlob(content, digest);
  });

  it('that is cut off does not count', async () => {
    const { content } = randomBlob(LARGE);
    const location = await begin();
    const wire = await Wire.open(registry.url);
    wire.send('PATCH', location, { 'Content-Length': content.length }, content.subarray(0, 3 * MIB));
    wire.socket.end();
    await wire.closed();
    await registry.client().get(location).expect(204).expect('Range', '0-0');
  });

  it('is answered in the middle when it cannot be stored, and the answer arrives', async () => {
    disturbWriter(3, () => {
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    });
    const { content } = randomBlob(2 * LARGE);
    const wire = await Wire.open(registry.url);
    wire.send('PATCH', await begin(), { 'Content-Length': content.length }, content);
    const answer = await wire.answer();
    expect([answer.status, answer.headers.get('connection')]).toEqual([507, 'close']);
    await wire.closed();
  });

  describe('and a client who may be silent for a while only', () => {
    let impatient: Registry;
    beforeAll(async () => {
      const http = { idleTimeout: IDLE_TIMEOUT };
      impatient = await startRegistry({ storage: storageOf(shared.settings), http });
    });
    afterAll(() => impatient.close());

    it('is not cut off while it is the server that works, but while it is the client', async () => {
      disturbWriter(2, () => setTimeout(2 * IDLE_TIMEOUT), impatient);
      const { content, digest } = randomBlob(LARGE);
      const target = `${await begin(impatient)}?digest=${digest}`;
      await impatient.client().put(target).send(content).expect(201);

      const wire = await Wire.open(impatient.url);
      const timedOut = once(impatient.app.getHttpServer(), 'timeout');
      const location = await begin(impatient);
      wire.send('PATCH', location, { 'Content-Length': content.length }, content.subarray(0, 3 * MIB));
      await timedOut;
      expect((await wire.closed()).length).toBe(0);
    });
  });
});

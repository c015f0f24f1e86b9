import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LockManager } from '#libs/storage';
import { prepareImage, putManifest } from './support/images.js';
import { digestOf, pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';
import { Wire } from './support/wire.js';

const NAME = 'library/app';
const MIB = 1024 * 1024;
const UNKNOWN_SESSION = '00000000-0000-4000-8000-000000000000';

describe('a connection', () => {
  let registry: Registry;

  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.close());

  describe('carries the next request after', () => {
    it.each([
      ['a manifest far above the limit', 'PUT', `/v2/${NAME}/manifests/large`, 413],
      ['a chunk of an unknown upload', 'PATCH', `/v2/${NAME}/blobs/uploads/${UNKNOWN_SESSION}`, 404],
      ['a blob with another digest', 'POST', `/v2/${NAME}/blobs/uploads/?digest=${digestOf('other')}`, 400],
      ['a name that is none', 'PUT', '/v2/UPPER/manifests/latest', 400],
      ['a reference that is none', 'PUT', `/v2/${NAME}/manifests/sha256:short`, 400],
      ['a method that the route does not take', 'POST', `/v2/${NAME}/manifests/latest`, 405],
      ['no route', 'PUT', '/nowhere', 404],
      ['a GET with a body', 'GET', `/v2/${NAME}/manifests/unknown`, 404],
      ['a DELETE with a body', 'DELETE', `/v2/${NAME}/manifests/unknown`, 404],
    ])('%s', async (_case, method, target, status) => {
      const wire = await Wire.open(registry.url);
      const body = Buffer.alloc(8 * MIB, 'x');
      wire.send(method, target, { 'Content-Length': body.length }, body).send('GET', '/v2/');
      expect((await wire.answer()).status).toBe(status);
      expect((await wire.answer()).status).toBe(200);
      wire.close();
    });

    it.each([
      ['a chunk at another place', { 'Content-Range': `5-${MIB + 4}`, 'Content-Length': MIB }, 416],
      ['a chunk of another size', { 'Content-Range': `0-9`, 'Content-Length': MIB }, 400],
      ['a Content-Range that is none', { 'Content-Range': 'x', 'Content-Length': MIB }, 416],
    ])('%s', async (_case, headers, status) => {
      const wire = await Wire.open(registry.url);
      wire.send('PATCH', await begin(registry), headers, Buffer.alloc(MIB)).send('GET', '/v2/');
      expect((await wire.answer()).status).toBe(status);
      expect((await wire.answer()).status).toBe(200);
      wire.close();
    });

    it('a chunk that goes on behind its range', async () => {
      const wire = await Wire.open(registry.url);
      const location = await begin(registry);
      wire.send('PATCH', location, { 'Content-Range': '0-9', 'Transfer-Encoding': 'chunked' });
      wire.sendRaw(`${MIB.toString(16)}\r\n`, Buffer.alloc(MIB), '\r\n0\r\n\r\n').send('GET', location);
      expect((await wire.answer()).status).toBe(400);
      const session = await wire.answer();
      expect([session.status, session.headers.get('range')]).toEqual([204, '0-0']);
      wire.close();
    });

    it('answers without a body', async () => {
      const { content, digest } = randomBlob();
      await pushBlob(registry, NAME, content);
      const wire = await Wire.open(registry.url);
      const target = `/v2/${NAME}/blobs/${digest}`;
      wire.send('HEAD', target).send('GET', target, { 'If-None-Match': `"${digest}"` });
      wire.send('HEAD', `/v2/${NAME}/blobs/sha256:short`).send('GET', await begin(registry));
      wire
        .send('HEAD', target, { Range: 'bytes=9999-' })
        .send('DELETE', await begin(registry))
        .send('GET', '/v2/');
      const statuses: number[] = [];
      for (const method of ['HEAD', 'GET', 'HEAD', 'GET', 'HEAD', 'DELETE', 'GET']) {
        statuses.push((await wire.answer(method)).status);
      }
      expect(statuses).toEqual([200, 304, 400, 204, 200, 204, 200]);
      wire.close();
    });
  });

  it('is closed on what is no HTTP, but never in the middle of an answer', async () => {
    const { content, digest } = randomBlob(16 * MIB);
    await pushBlob(registry, NAME, content);
    const wire = await Wire.open(registry.url);
    wire.send('GET', `/v2/${NAME}/blobs/${digest}`);
    await once(wire.socket, 'data');
    wire.socket.pause();
    const refused = once(registry.app.getHttpServer(), 'clientError');
    wire.sendRaw('what is this?\r\n\r\n');
    await refused;
    wire.socket.resume();
    const answer = await wire.closed();
    const body = answer.subarray(answer.indexOf('\r\n\r\n') + 4);
    expect(body.length).toBeLessThan(content.length);
    expect(body.equals(content.subarray(0, body.length))).toBe(true);
  });
});

describe('a silent connection', () => {
  const IDLE_TIMEOUT = 600;
  let registry: Registry;

  beforeAll(async () => {
    registry = await startRegistry({ http: { idleTimeout: IDLE_TIMEOUT, minUploadRate: 0 } });
  });
  afterAll(() => registry.close());

  it('is cut in the middle of an upload, which can be resumed', async () => {
    const { content, digest } = randomBlob(3000);
    const location = await begin(registry);
    await registry.client().patch(location).send(content.subarray(0, 1000)).expect(202);
    const wire = await Wire.open(registry.url);
    wire.send('PATCH', location, { 'Content-Length': 2000 }, content.subarray(1000, 2000));
    expect((await wire.closed()).toString()).toBe('');
    await registry.client().get(location).expect(204).expect('Range', '0-999');
    await registry.client().put(`${location}?digest=${digest}`).send(content.subarray(1000)).expect(201);
  });

  it('is cut in the middle of a download', async () => {
    const { content, digest } = randomBlob(16 * MIB);
    await pushBlob(registry, NAME, content);
    const wire = await Wire.open(registry.url);
    wire.send('GET', `/v2/${NAME}/blobs/${digest}`);
    await once(wire.socket, 'data');
    wire.socket.pause();
    await once(registry.app.getHttpServer(), 'timeout');
    wire.socket.resume();
    const received = await wire.closed();
    expect(received.length).toBeLessThan(content.length);
  });

  it('is not cut while it moves, however slowly where that is allowed', async () => {
    const { content, digest } = randomBlob(30);
    const location = await begin(registry);
    const wire = await Wire.open(registry.url);
    wire.send('PUT', `${location}?digest=${digest}`, { 'Content-Length': content.length });
    for (const byte of content) {
      wire.sendRaw(Uint8Array.of(byte));
      await setTimeout(IDLE_TIMEOUT / 10);
    }
    expect((await wire.answer()).status).toBe(201);
    wire.close();
  });

  it('is not cut while it is the server that works', async () => {
    const image = await prepareImage(registry, NAME);
    const isLocked = Promise.withResolvers<void>();
    const locked = registry.app.get(LockManager).exclusively(`repository/${NAME}`, async () => {
      isLocked.resolve();
      await setTimeout(2 * IDLE_TIMEOUT);
    });
    await isLocked.promise;
    const [response] = await Promise.all([putManifest(registry, NAME, 'latest', image), locked]);
    expect(response.status).toBe(201);
  });
});

describe('a connection that takes too long to ask', () => {
  let registry: Registry;

  beforeAll(async () => {
    registry = await startRegistry({ http: { headersTimeout: 300 } });
  });
  afterAll(() => registry.close());

  it('is told so and closed', async () => {
    const wire = await Wire.open(registry.url);
    const answer = await wire.sendRaw('GET /v2/ HTTP/1.1\r\nHost: x\r\nX-').answer();
    expect([answer.status, JSON.parse(answer.body.toString()).errors[0].code]).toEqual([408, 'UNSUPPORTED']);
    await wire.closed();
  });

  it('is closed without a word when it never began, for it may have been opened ahead', async () => {
    const wire = await Wire.open(registry.url);
    expect((await wire.closed()).toString()).toBe('');
  });
});

async function begin(registry: Registry): Promise<string> {
  const { headers } = await registry.client().post(`/v2/${NAME}/blobs/uploads/`).expect(202);
  return String(headers.location);
}

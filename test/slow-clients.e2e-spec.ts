import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LockManager } from '#libs/storage';
import { pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';
import { Wire } from './support/wire.js';

const NAME = 'library/app';
const KIB = 1024;
const MIB = KIB ** 2;
/** Milliseconds. */
const IDLE_TIMEOUT = 1_000;
/** Bytes per second. */
const RATE = 10_000;

describe('a client that sends a body', () => {
  let registry: Registry;

  beforeAll(async () => {
    registry = await startRegistry({ http: { idleTimeout: IDLE_TIMEOUT, minUploadRate: RATE } });
  });
  afterAll(() => registry.close());

  async function begin(): Promise<string> {
    const { headers } = await registry.client().post(`/v2/${NAME}/blobs/uploads/`).expect(202);
    return String(headers.location);
  }

  /** Takes a lock; what is returned lets go of it. */
  async function hold(lock: string): Promise<() => void> {
    const isHeld = Promise.withResolvers<void>();
    const { promise, resolve } = Promise.withResolvers<void>();
    registry.app.get(LockManager).exclusively(lock, () => {
      isHeld.resolve();
      return promise;
    });
    await isHeld.promise;
    return resolve;
  }

  /** Sends a piece now and then until the connection is closed, and tells how long that took in milliseconds. */
  async function trickle(wire: Wire, piece: Uint8Array): Promise<number> {
    const start = performance.now();
    let isClosed = false;
    const closed = wire.closed().then(() => {
      isClosed = true;
    });
    while (!isClosed && performance.now() - start < 10 * IDLE_TIMEOUT) {
      wire.sendRaw(piece);
      await Promise.race([closed, setTimeout(IDLE_TIMEOUT / 10)]);
    }
    wire.close();
    return performance.now() - start;
  }

  it.each([
    ['whose length is known', { 'Content-Length': MIB }, Buffer.from('x')],
    ['in chunks', { 'Transfer-Encoding': 'chunked' }, Buffer.from('1\r\nx\r\n')],
    ['that is received directly', { 'Content-Length': 64 * MIB }, Buffer.from('x')],
  ])('%s, byte by byte, is cut off, and goes on where it was', async (_case, headers, piece) => {
    const location = await begin();
    await registry.client().patch(location).send('begun').expect(202);
    const wire = await Wire.open(registry.url);
    wire.send('PATCH', location, headers);
    expect(await trickle(wire, piece)).toBeLessThan(5 * IDLE_TIMEOUT);
    await registry.client().get(location).expect(204).expect('Range', '0-4');
  });

  it.each([
    ['a route that takes none', 'DELETE', `/v2/${NAME}/manifests/none`],
    ['a repository that is none', 'PUT', '/v2/UPPER/manifests/none'],
    ['the token service', 'POST', '/token'],
  ])('byte by byte to %s is cut off', async (_case, method, target) => {
    const wire = await Wire.open(registry.url);
    wire.send(method, target, { 'Content-Length': MIB, 'Content-Type': 'application/x-www-form-urlencoded' });
    expect(await trickle(wire, Buffer.from('x'))).toBeLessThan(5 * IDLE_TIMEOUT);
  });

  it('a little faster than the slowest that may is not', async () => {
    const { content, digest } = randomBlob(3 * RATE);
    const wire = await Wire.open(registry.url);
    wire.send('POST', `/v2/${NAME}/blobs/uploads/?digest=${digest}`, { 'Content-Length': content.length });
    for (let at = 0; at < content.length; at += RATE / 8) {
      wire.sendRaw(content.subarray(at, at + RATE / 8));
      await setTimeout(100);
    }
    expect((await wire.answer()).status).toBe(201);
    wire.close();
  });

  it('and then waits for us is not', async () => {
    const location = await begin();
    const { content, digest } = randomBlob(4 * MIB);
    const release = await hold(`upload/${location.split('/').at(-1)}`);
    setTimeout(3 * IDLE_TIMEOUT).then(release);
    await registry.client().put(`${location}?digest=${digest}`).send(content).expect(201);
  });

  it('has all of its time for the rest once we take it', async () => {
    const location = await begin();
    const { content, digest } = randomBlob(4 * KIB);
    const wire = await Wire.open(registry.url);
    const release = await hold(`upload/${location.split('/').at(-1)}`);
    wire.send('PUT', `${location}?digest=${digest}`, { 'Content-Length': content.length }, content.subarray(0, KIB));
    await setTimeout(1.6 * IDLE_TIMEOUT);
    release();
    await setTimeout(0.6 * IDLE_TIMEOUT);
    wire.sendRaw(content.subarray(KIB));
    expect((await wire.answer()).status).toBe(201);
    wire.close();
  });
});

describe('a client that sends its headers', () => {
  it('byte by byte is cut off', async () => {
    const registry = await startRegistry({ http: { headersTimeout: 500 } });
    const wire = await Wire.open(registry.url);
    wire.sendRaw('GET /v2/ HTTP/1.1\r\nHost: x\r\n');
    const closed = wire.answer();
    let isOver = false;
    const over = closed.finally(() => {
      isOver = true;
    });
    const start = performance.now();
    while (!isOver) {
      wire.sendRaw('X-A: b\r\n');
      await Promise.race([over, setTimeout(50)]);
    }
    expect((await closed).status).toBe(408);
    expect(performance.now() - start).toBeLessThan(3_000);
    await wire.closed();
    await registry.close();
  });
});

describe('a client that reads an answer', () => {
  it('a little now and then is cut off, once it leaves no room for more', async () => {
    const registry = await startRegistry({ http: { idleTimeout: 500 } });
    const content = Buffer.alloc(32 * MIB, 'x');
    const digest = await pushBlob(registry, NAME, content);
    const socket = connect(Number(new URL(registry.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`GET /v2/${NAME}/blobs/${digest} HTTP/1.1\r\nHost: x\r\n\r\n`);
    let isCut = false;
    registry.app.getHttpServer().once('timeout', () => {
      isCut = true;
    });
    await once(socket, 'readable');
    while (!isCut) {
      socket.read(100);
      await setTimeout(20);
    }
    socket.destroy();
    await registry.close();
  });
});

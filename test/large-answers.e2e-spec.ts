import { once } from 'node:events';
import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Digest } from '#libs/oci';
import { pathOf } from '#libs/storage';
import { collectGarbage } from './support/garbage.js';
import { digestOf, logged, pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';
import { Wire } from './support/wire.js';

const NAME = 'library/large';
const MIB = 1024 * 1024;

describe('a large blob on a disk', () => {
  let root: string;
  let registry: Registry;
  const { content, digest } = randomBlob(24 * MIB + 7);
  const target = `/v2/${NAME}/blobs/${digest}`;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'stowage-answers-'));
    registry = await startRegistry({ storage: { driver: 'filesystem', filesystem: { root } } });
    await pushBlob(registry, NAME, content);
  });
  afterAll(async () => {
    await registry.close();
    await rm(root, { recursive: true });
  });

  /** Descriptors that this process, and so the server in it, has open. */
  const descriptors = async () => (await readdir('/proc/self/fd')).length;

  it.each([
    ['whole', undefined, 200, 0, content.length],
    ['from the middle on', `bytes=${5 * MIB + 3}-`, 206, 5 * MIB + 3, content.length],
    ['in a part', `bytes=1000-${20 * MIB}`, 206, 1000, 20 * MIB + 1],
    ['at its end', `bytes=-${3 * MIB}`, 206, content.length - 3 * MIB, content.length],
  ])('is sent %s, and the next answers come on the same connection', async (_case, range, status, start, end) => {
    const wire = await Wire.open(registry.url);
    for (let time = 0; time < 2; time++) {
      const answer = await wire.send('GET', target, range ? { Range: range } : {}).answer();
      expect(answer.status).toBe(status);
      expect(answer.body.equals(content.subarray(start, end))).toBe(true);
    }
    expect((await wire.send('GET', '/v2/').answer()).status).toBe(200);
    wire.close();
  });

  it('is sent in several parts', async () => {
    const wire = await Wire.open(registry.url);
    const ranges = [
      [0, 3 * MIB],
      [8 * MIB, 20 * MIB],
    ] as const;
    const list = ranges.map(([start, end]) => `${start}-${end - 1}`).join(',');
    const { body } = await wire.send('GET', target, { Range: `bytes=${list}` }).answer();
    for (const [start, end] of ranges) {
      const at = body.indexOf(`Content-Range: bytes ${start}-${end - 1}/`);
      const begin = body.indexOf('\r\n\r\n', at) + 4;
      expect(body.subarray(begin, begin + end - start).equals(content.subarray(start, end))).toBe(true);
    }
    wire.close();
  });

  it('is sent to clients who ask for more than one answer ahead, one after the other', async () => {
    const wire = await Wire.open(registry.url);
    wire
      .send('GET', target)
      .send('GET', '/v2/')
      .send('GET', target, { Range: `bytes=${MIB}-` });
    expect(digestOf((await wire.answer()).body)).toBe(digest);
    expect((await wire.answer()).status).toBe(200);
    expect((await wire.answer()).body.equals(content.subarray(MIB))).toBe(true);
    wire.close();
  });

  it('is sent whole to a client who reads in fits and starts, while others go on', async () => {
    const slow = await Wire.open(registry.url);
    slow.send('GET', target);
    await once(slow.socket, 'data');
    slow.socket.pause();
    const others = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const wire = await Wire.open(registry.url);
        const { body } = await wire.send('GET', target).answer();
        wire.close();
        return digestOf(body);
      }),
    );
    expect(new Set(others)).toEqual(new Set([digest]));
    for (let time = 0; time < 20; time++) {
      slow.socket.resume();
      await setTimeout(1);
      slow.socket.pause();
    }
    slow.socket.resume();
    expect(digestOf((await slow.answer()).body)).toBe(digest);
    slow.close();
  });

  it('is sent whole to many at once, while garbage is collected', async () => {
    const downloads = Promise.all(
      Array.from({ length: 8 }, async () => {
        const wire = await Wire.open(registry.url);
        const { body } = await wire.send('GET', target).answer();
        wire.close();
        return digestOf(body);
      }),
    );
    for (let time = 0; time < 10; time++) {
      collectGarbage();
      await setTimeout(2);
    }
    expect(new Set(await downloads)).toEqual(new Set([digest]));
  });

  it('is logged with all of its bytes', async () => {
    const wire = await Wire.open(registry.url);
    await wire.send('GET', target, { 'X-Request-Id': 'counted' }).answer();
    wire.close();
    await wire.closed();
    const { status, bytes } = await logged(registry, 'counted');
    expect(status).toBe(200);
    expect(bytes).toBeGreaterThanOrEqual(content.length);
    expect(bytes).toBeLessThan(content.length + 2000);
  });

  it('leaves no descriptor open, whenever the client goes away', async () => {
    const before = await descriptors();
    for (let time = 0; time < 10; time++) {
      const wire = await Wire.open(registry.url);
      wire.send('GET', target);
      await once(wire.socket, 'data');
      wire.close();
    }
    while ((await descriptors()) > before) await setTimeout(5);
    expect(await descriptors()).toBeLessThanOrEqual(before);
  });

  it('that was cut behind our back ends the connection, not with other bytes', async () => {
    const cut = randomBlob(20 * MIB);
    await pushBlob(registry, NAME, cut.content);
    const wire = await Wire.open(registry.url);
    wire.send('GET', `/v2/${NAME}/blobs/${cut.digest}`);
    await once(wire.socket, 'data');
    wire.socket.pause();
    await truncate(join(root, pathOf.blob(Digest.parse(cut.digest))), 12 * MIB);
    wire.socket.resume();
    const received = await wire.closed();
    const body = received.subarray(received.indexOf('\r\n\r\n') + 4);
    expect(body.length).toBeLessThan(cut.content.length);
    expect(body.equals(cut.content.subarray(0, body.length))).toBe(true);
  });
});

import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Policy } from '#libs/access';
import { Accounts, passwordOf } from './support/accounts.js';
import { pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';
import { postForm } from './support/token-client.js';
import { Wire } from './support/wire.js';

const NAME = 'library/app';
const KIB = 1024;

/** Lets everybody pull, and all users do everything. */
const policy = Policy.parse({
  rules: [
    { name: 'public', effect: 'allow', anonymous: true, actions: ['pull'] },
    { name: 'users', effect: 'allow' },
  ],
});
const auth = () => ({ authenticators: [new Accounts({ anna: [], bert: [] })], authorizer: policy });

describe('a limit', () => {
  let registry: Registry;

  afterEach(() => registry.close());

  const ask = (path: string, { user, from }: { user?: string; from?: string } = {}) => {
    const request = registry.client().get(path);
    if (from !== undefined) request.set('X-Forwarded-For', from);
    return user === undefined ? request : request.auth(user, passwordOf(user));
  };
  const statuses = async (times: number, path: string, who = {}) => {
    const all: number[] = [];
    for (let time = 0; time < times; time++) all.push((await ask(path, who)).status);
    return all;
  };

  it('on the requests of an address counts all of them, but not those of who watches the process', async () => {
    registry = await startRegistry({ limits: { address: { requests: 3 } } });
    expect(await statuses(4, '/v2/')).toEqual([200, 200, 200, 429]);
    const refused = await ask('/nowhere');
    expect([refused.status, refused.body.errors]).toEqual([
      429,
      [{ code: 'TOOMANYREQUESTS', message: 'too many requests; try again later' }],
    ]);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(19);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(20);
    expect(refused.headers['content-type']).toBe('application/json');
    expect(await statuses(2, '/healthz')).toEqual([200, 200]);
  });

  it('on the requests of an address comes before the login', async () => {
    const accounts = new Accounts({});
    registry = await startRegistry({ limits: { address: { requests: 2 } } }, { auth: { authenticators: [accounts] } });
    expect(await statuses(4, '/v2/', { user: 'anna' })).toEqual([401, 401, 429, 429]);
    expect(accounts.asked).toBe(2);
  });

  it('on the requests of users counts each for himself, from wherever', async () => {
    const http = { trustedProxies: ['127.0.0.1'] };
    registry = await startRegistry({ http, limits: { user: { requests: 3 } } }, { auth: auth() });
    expect(await statuses(2, '/v2/', { user: 'anna' })).toEqual([200, 200]);
    expect(await statuses(2, '/v2/', { user: 'anna', from: '203.0.113.7' })).toEqual([200, 429]);
    expect(await statuses(4, '/v2/', { user: 'bert' })).toEqual([200, 200, 200, 429]);
    expect(await statuses(4, `/v2/${NAME}/tags/list`)).toEqual([404, 404, 404, 404]);
  });

  it('on who has not logged in counts by address, with wrong logins among them, and IPv6 by networks', async () => {
    const http = { trustedProxies: ['127.0.0.1'] };
    registry = await startRegistry({ http, limits: { anonymous: { requests: 2 } } }, { auth: auth() });
    const path = `/v2/${NAME}/tags/list`;
    expect(await statuses(3, path, { from: '203.0.113.7' })).toEqual([404, 404, 429]);
    expect(await statuses(1, path, { from: '::ffff:203.0.113.7' })).toEqual([429]);
    expect(await statuses(1, path, { user: 'anna', from: '203.0.113.7' })).toEqual([404]);
    expect(await statuses(1, path, { from: '203.0.113.8' })).toEqual([404]);
    expect(await statuses(1, path, { from: '2001:db8::1' })).toEqual([404]);
    expect(await statuses(1, path, { user: 'nobody', from: '2001:db8::2' })).toEqual([401]);
    expect(await statuses(1, path, { from: '2001:db8::3' })).toEqual([429]);
    expect(await statuses(1, path, { from: '2001:db8:0:1::1' })).toEqual([404]);
  });

  it('is not escaped by a header that says where the client is, unless it comes from a trusted proxy', async () => {
    registry = await startRegistry({ limits: { address: { requests: 1 } } });
    expect(await statuses(1, '/v2/', { from: '203.0.113.7' })).toEqual([200]);
    expect(await statuses(1, '/v2/', { from: '203.0.113.8' })).toEqual([429]);
  });

  it('counts those who ask for tokens', async () => {
    const limits = { anonymous: { requests: 2 } };
    registry = await startRegistry({ auth: { authenticators: ['key'] }, limits });
    const form = { grant_type: 'password', service: 'stowage', username: 'a', password: 'b' };
    expect((await postForm(registry, form)).status).toBe(401);
    expect(await statuses(2, '/token?service=stowage')).toEqual([200, 429]);
    expect((await postForm(registry, form)).status).toBe(429);
  });

  it.each(['address', 'anonymous'])('on bytes counts both ways, for %s', async (kind) => {
    registry = await startRegistry({ limits: { [kind]: { bytes: 300 * KIB } } });
    const { content, digest } = randomBlob(200 * KIB);
    await pushBlob(registry, NAME, content);
    const path = `/v2/${NAME}/blobs/${digest}`;
    expect(await statuses(3, path)).toEqual([200, 429, 429]);
    const refused = await ask(path);
    expect([refused.body.errors[0].message, Number(refused.headers['retry-after'])]).toEqual([
      'too many bytes were moved; try again later',
      expect.any(Number),
    ]);
    // A third too much drains in a third of an hour.
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(1_000);
    expect(Number(refused.headers['retry-after'])).toBeLessThan(1_500);
  });

  it('on bytes counts content that goes from the disk to the client inside the operating system, and direct bodies', async () => {
    const limits = { user: { bytes: 39 * KIB * KIB } };
    const root = await mkdtemp(join(tmpdir(), 'stowage-limits-'));
    const storage = { driver: 'filesystem', filesystem: { root } } as const;
    registry = await startRegistry({ limits, storage }, { auth: auth() });
    const { content, digest } = randomBlob(20 * KIB * KIB);
    const push = registry.client().post(`/v2/${NAME}/blobs/uploads/?digest=${digest}`).auth('anna', passwordOf('anna'));
    await push.set('Content-Type', 'application/octet-stream').send(content).expect(201);
    expect(await statuses(2, `/v2/${NAME}/blobs/${digest}`, { user: 'anna' })).toEqual([200, 429]);
    expect(await statuses(1, `/v2/${NAME}/blobs/${digest}`, { user: 'bert' })).toEqual([200]);
    await rm(root, { recursive: true });
  });

  it.each(['address', 'anonymous'])('on uploads counts those that run, for %s', async (kind) => {
    registry = await startRegistry({ limits: { [kind]: { uploads: 2 } } });
    const path = `/v2/${NAME}/blobs/uploads/`;
    const { headers } = await registry.client().post(path).expect(202);
    const wires = [await Wire.open(registry.url), await Wire.open(registry.url)];
    const target = `${path}?digest=sha256:${'0'.repeat(64)}`;
    for (const wire of wires) {
      const asked = once(registry.app.getHttpServer(), 'request');
      wire.send('POST', target, { 'Content-Length': KIB }, 'begun');
      await asked;
    }
    const refused = await registry.client().patch(String(headers.location)).send('content');
    expect([refused.status, refused.body.errors[0].message, refused.headers['retry-after']]).toEqual([
      429,
      'too many uploads at a time; try again later',
      '5',
    ]);
    expect(await statuses(1, '/v2/')).toEqual([200]);
    wires[0]?.sendRaw(Buffer.alloc(KIB - 5));
    expect((await wires[0]?.answer())?.status).toBe(400);
    await registry.client().patch(String(headers.location)).send('content').expect(202);
    for (const wire of wires) wire.close();
  });
});

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { passwordOf } from './support/accounts.js';
import type { Registry } from './support/registry.js';
import { postForm, startWithLogins, tokenOf } from './support/token-client.js';

const KEYS = '/api/v1/keys';
const PUSH = [{ repositories: 'team/**', actions: ['pull', 'push'] }];

describe('API keys', () => {
  let root: string;
  let registry: Registry;
  let other: Registry;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'stowage-keys-'));
    // What is wrong with a key is to be told each time, however often one is tried.
    const limits = { loginFailures: 0 };
    const input = { storage: { driver: 'filesystem', filesystem: { root } }, limits } as const;
    [registry, other] = await Promise.all([startWithLogins(input), startWithLogins(input)]);
  });
  afterAll(async () => {
    await Promise.all([registry.close(), other.close()]);
    await rm(root, { recursive: true });
  });

  const as = (user: string) => [user, passwordOf(user)] as const;
  const post = (key: object, user = 'root') =>
    registry
      .client()
      .post(KEYS)
      .auth(...as(user))
      .send(key);
  const create = async (key: object = {}) => (await post({ name: 'ci', grants: PUSH, ...key }).expect(201)).body;
  const revoke = (id: string, user = 'root') =>
    registry
      .client()
      .delete(`${KEYS}/${id}`)
      .auth(...as(user));
  const upload = (name: string, secret: string, server = registry) =>
    server.client().post(`/v2/${name}/blobs/uploads/`).auth('any', secret);

  it('are made by administrators, and shown once', async () => {
    const { body, headers } = await post({ name: 'ci', description: 'Builds', expiresIn: 3600, grants: PUSH }).expect(
      201,
    );
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      name: 'ci',
      description: 'Builds',
      grants: PUSH,
      createdAt: expect.any(String),
      createdBy: 'root',
      expiresAt: new Date(Date.parse(body.createdAt) + 3_600_000).toISOString(),
      secret: expect.stringMatching(/^stow_[0-9a-f]{16}[0-9A-Za-z]{49}$/),
    });
    expect(headers).toMatchObject({ location: `${KEYS}/${body.id}`, 'cache-control': 'no-store' });
    const { secret, ...info } = body;
    const list = await registry
      .client()
      .get(KEYS)
      .auth(...as('root'))
      .expect(200);
    expect(list.body.keys).toContainEqual(info);
    expect(list.text).not.toContain(secret);
  });

  it('are kept only as hashes', async () => {
    const { id, secret } = await create();
    const content = await readFile(join(root, 'docker/registry/stowage/auth/api-keys', id), 'utf8');
    expect(JSON.parse(content).hash).toMatch(/^[0-9a-f]{64}$/);
    expect(content).not.toContain(secret.slice(21));
    expect(JSON.stringify(registry.log)).not.toContain(secret);
  });

  it('are good as a password under any name, and as a token', async () => {
    const { secret } = await create();
    await upload('team/app', secret).expect(202);
    await registry.client().post('/v2/team/app/blobs/uploads/').auth('ci', secret).expect(202);
    await registry.client().get('/v2/').set('Authorization', `Bearer ${secret}`).expect(200);
  });

  it('are good for what they were made for, and what policies allow their robot', async () => {
    const { secret } = await create({ grants: [...PUSH, { repositories: 'public/*', actions: ['pull', 'delete'] }] });
    const get = (path: string) => registry.client().get(path).auth('ci', secret);
    await get('/v2/team/a/b/tags/list').expect(404);
    await get('/v2/public/a/tags/list').expect(404);
    await get('/v2/public/a/b/tags/list').expect(403);
    await get('/v2/teams/tags/list').expect(403);
    await get('/v2/_catalog').expect(403);
    await get(KEYS).expect(403);
    await upload('public/a', secret).expect(403);
    await registry.client().delete('/v2/team/a/manifests/x').auth('ci', secret).expect(403);
    await registry.client().delete('/v2/public/a/manifests/x').auth('ci', secret).expect(404);
    // The policy lets only the robot ci push.
    const { secret: unknown } = await create({ name: 'unknown' });
    await upload('team/app', unknown).expect(403);
  });

  it('without a pattern are good for all repositories, and for the catalog where that is said', async () => {
    const { secret } = await create({ grants: [{ actions: ['pull', 'catalog'] }] });
    await registry.client().get('/v2/any/thing/tags/list').auth('ci', secret).expect(404);
    await registry.client().get('/v2/_catalog').auth('ci', secret).expect(200);
    await upload('team/app', secret).expect(403);
  });

  it('get tokens within their bounds, and no refresh tokens', async () => {
    const { id, secret } = await create();
    const scope = 'repository:team/app:pull,push,delete repository:other:pull repository:team/**:pull';
    const query = { scope, offline_token: 'true' };
    const { body } = await registry.client().get('/token').query(query).auth('ci', secret).expect(200);
    expect(body.scope).toBe('repository:team/app:pull,push');
    expect(body.refresh_token).toBeUndefined();
    expect(decodeJwt(body.token)).toMatchObject({ sub: 'ci', authenticator: 'key', credential: id });
    const bearer = { Authorization: `Bearer ${body.token}` };
    await registry.client().post('/v2/team/app/blobs/uploads/').set(bearer).expect(202);
    await registry.client().post('/v2/team/other/blobs/uploads/').set(bearer).expect(401);
    const form = { grant_type: 'password', username: 'ci', password: secret, access_type: 'offline' };
    expect((await postForm(registry, form).expect(200)).body.refresh_token).toBeUndefined();
  });

  it('end at once where they are revoked, and soon on other servers', async () => {
    const { id, secret } = await create();
    await upload('team/app', secret).expect(202);
    await upload('team/app', secret, other).expect(202);
    await revoke(id).expect(204);
    await upload('team/app', secret).expect(401);
    while ((await upload('team/app', secret, other)).status !== 401) await setImmediate();
    await revoke(id).expect(404);
  });

  it('end when they expire', async () => {
    const { id, secret } = await create({ expiresIn: 3600 });
    const file = join(root, 'docker/registry/stowage/auth/api-keys', id);
    const record = JSON.parse(await readFile(file, 'utf8'));
    // As if that were so long ago; the other server has not read it yet.
    await writeFile(file, JSON.stringify({ ...record, expiresAt: new Date().toISOString() }));
    await upload('team/app', secret, other).expect(401);
    await upload('team/app', secret).expect(202);
  });

  it('are refused when they are not exactly so', async () => {
    const { id, secret } = await create();
    const { secret: another } = await create();
    const swap = (text: string, at: number) => text.slice(0, at) + (text[at] === 'a' ? 'b' : 'a') + text.slice(at + 1);
    const refused = [
      swap(secret, 30),
      swap(secret, secret.length - 1),
      `stow_${id}${another.slice(21)}`,
      secret.slice(0, -1),
      `${secret}x`,
      secret.replace('stow_', 'STOW_'),
      `stow_../../..${secret.slice(17)}`,
      id,
    ];
    for (const text of refused) await upload('team/app', text).expect(401);
    await upload('team/app', secret).expect(202);
  });

  it('are for administrators to make, to see and to revoke', async () => {
    const { id } = await create();
    await post({ name: 'x', grants: PUSH }, 'ann').expect(403);
    await registry
      .client()
      .get(KEYS)
      .auth(...as('ann'))
      .expect(403);
    await revoke(id, 'ann').expect(403);
    await registry.client().post(KEYS).send({ name: 'x', grants: PUSH }).expect(401);
    const token = await tokenOf(registry, 'root', 'registry:administration:*');
    await registry.client().get(KEYS).set('Authorization', `Bearer ${token}`).expect(200);
  });

  it('are listed page by page', async () => {
    const ids = (await readdir(join(root, 'docker/registry/stowage/auth/api-keys'))).sort();
    const seen: string[] = [];
    for (let path: string | undefined = `${KEYS}?n=3`; path !== undefined; ) {
      const { body, headers }: { body: { keys: { id: string }[] }; headers: Record<string, string> } = await registry
        .client()
        .get(path)
        .auth(...as('root'))
        .expect(200);
      seen.push(...body.keys.map(({ id }) => id));
      path = /<(.*)>; rel="next"/.exec(headers.link ?? '')?.[1];
    }
    expect(seen).toEqual(ids);
  });

  it.each([
    [{ name: 'Ci', grants: PUSH }, 'name must be of at most 128 lower-case letters'],
    [{ name: '', grants: PUSH }, 'name must be'],
    [{ name: 'x'.repeat(200), grants: PUSH }, 'name must be of at most 128'],
    [{ name: 'ci' }, 'grants'],
    [{ name: 'ci', grants: [] }, 'grants must contain at least 1'],
    [{ name: 'ci', grants: [null] }, 'grants'],
    [{ name: 'ci', grants: ['x'] }, 'grants'],
    [{ name: 'ci', grants: [{ actions: [] }] }, 'grants.0.actions'],
    [{ name: 'ci', grants: [{ actions: ['administer'] }] }, 'grants.0.actions: each value in actions must be one of'],
    [
      { name: 'ci', grants: [{ actions: ['pull'], repositories: 'Team/*' }] },
      'grants.0.repositories must be a pattern',
    ],
    [{ name: 'ci', grants: [{ actions: ['pull'], tags: ['x'] }] }, 'grants.0.tags: property tags should not exist'],
    [{ name: 'ci', grants: PUSH, expiresIn: 59 }, 'expiresIn must not be less than 60'],
    [{ name: 'ci', grants: PUSH, expiresIn: '90d' }, 'expiresIn'],
    [{ name: 'ci', grants: PUSH, id: '0000000000000000' }, 'property id should not exist'],
  ])('cannot be made of %j', async (key, rule) => {
    const { body } = await post(key).expect(400);
    expect(body.errors[0].message).toContain(rule);
  });

  it('are made of JSON only', async () => {
    const send = (body: string, type = 'application/json') =>
      registry
        .client()
        .post(KEYS)
        .auth(...as('root'))
        .set('Content-Type', type)
        .send(body);
    await send('{').expect(400);
    await send('[]').expect(400);
    await send('{"name":"a","name":"b"}').expect(400);
    await send('name=ci', 'application/x-www-form-urlencoded').expect(415);
    await send(`{"name":"${'x'.repeat(70_000)}"}`).expect(413);
  });
});

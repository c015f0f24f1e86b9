import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { Policy } from '#libs/access';
import { passwordOf, Tokens, tokenFor } from './support/accounts.js';
import { descriptorOf, OCI_MANIFEST, pushable } from './support/images.js';
import { digestOf, type Registry, randomBlob, startRegistry } from './support/registry.js';
import { challengeIn, postForm, startWithLogins, tokenOf } from './support/token-client.js';
import { issueToken, makeSigner } from './support/token-service.js';

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const ALL = { name: 'all', effect: 'allow' };
const grantsIn = (token: string) => decodeJwt(token).access;

describe('the token service', () => {
  let registry: Registry;

  beforeAll(async () => {
    registry = await startWithLogins();
  });
  afterAll(() => registry.close());

  const base = (token?: string) => {
    const request = registry.client().get('/v2/');
    return token === undefined ? request : request.set(bearer(token));
  };
  const tags = (name: string, token: string) => registry.client().get(`/v2/${name}/tags/list`).set(bearer(token));
  const upload = (name: string, token: string) =>
    registry.client().post(`/v2/${name}/blobs/uploads/`).set(bearer(token));

  it('lets docker log in, push and pull', async () => {
    const first = await base().expect(401);
    const login = challengeIn(first.headers['www-authenticate']);
    expect(login).toEqual({ realm: `${registry.url}/token`, service: 'stowage' });
    const query = { account: 'ann', client_id: 'docker', offline_token: 'true', service: login.service };
    const { body } = await registry.client().get('/token').query(query).auth('ann', passwordOf('ann')).expect(200);
    expect(body).toMatchObject({ token: body.access_token, token_type: 'Bearer', expires_in: 300, scope: '' });
    expect(Date.parse(body.issued_at)).toBeLessThanOrEqual(Date.now());
    await base(body.token).expect(200);

    const refused = await registry.client().post('/v2/team/app/blobs/uploads/').expect(401);
    const { scope = '', service = '' } = challengeIn(refused.headers['www-authenticate']);
    expect(scope).toBe('repository:team/app:pull,push');
    const form = {
      grant_type: 'refresh_token',
      refresh_token: body.refresh_token,
      client_id: 'docker',
      scope,
      service,
    };
    const { body: pushing } = await postForm(registry, form).expect(200);
    expect(pushing).toMatchObject({ scope, refresh_token: body.refresh_token });
    await upload('team/app', pushing.access_token).expect(202);
    await tags('team/app', pushing.access_token).expect(404);
  });

  it('takes the form that containerd and crane send with a password', async () => {
    const form = {
      client_id: 'containerd-client',
      grant_type: 'password',
      service: 'stowage',
      scope: 'repository:team/app:pull,push repository:public/base:pull',
      username: 'ann',
      password: passwordOf('ann'),
    };
    const { body } = await postForm(registry, form).expect(200).expect('Cache-Control', 'no-store');
    expect(body.scope).toBe(form.scope);
    expect(body.refresh_token).toBeUndefined();
    const offline = await postForm(registry, { ...form, access_type: 'offline' }).expect(200);
    expect(offline.body.refresh_token).toMatch(/^stowr_\d{5}_[\w-]{43}$/);
  });

  it('takes what skopeo, oras and the anonymous ask with a GET', async () => {
    const scope = 'repository:public/base:pull';
    const query = { account: 'bob', scope, service: 'stowage' };
    const { body } = await registry.client().get('/token').query(query).auth('bob', passwordOf('bob')).expect(200);
    expect(decodeJwt(body.token)).toMatchObject({ sub: 'bob', iss: 'stowage', aud: 'stowage' });
    const anonymous = await registry.client().get('/token').query({ scope, service: 'stowage' }).expect(200);
    expect(decodeJwt(anonymous.body.token)).toMatchObject({ sub: '', access: grantsIn(body.token) });
    await tags('public/base', anonymous.body.token).expect(404);
    await registry.client().get('/token').expect(200);
  });

  it.each([
    ['ann', ['repository:team/app:pull,push,delete'], ['repository:team/app:pull,push']],
    ['ann', ['repository:team/app:*'], ['repository:team/app:pull,push']],
    ['root', ['repository:team/app:*'], ['repository:team/app:pull,push,delete']],
    ['ann', ['repository:other/app:push,pull'], ['repository:other/app:pull']],
    ['bob', ['repository:team/app:push'], []],
    ['bob', ['registry:catalog:*'], ['registry:catalog:*']],
    ['bob', ['registry:administration:*'], []],
    ['root', ['registry:administration:*'], ['registry:administration:*']],
    ['root', ['registry:constructor:*', 'registry:catalog:pull'], []],
    ['', ['repository:public/base:pull,push'], ['repository:public/base:pull']],
    ['', ['repository:team/app:pull', 'registry:catalog:*'], []],
    ['root', ['repository:team/*:pull', 'repository:**:*', 'repository:../x:pull', 'repository:Team/app:pull'], []],
    ['root', ['repository:a:administer,overwrite,admin'], []],
    [
      'ann',
      ['repository:team/a:push repository:b:pull', 'plugin:c:pull'],
      ['repository:team/a:push', 'repository:b:pull'],
    ],
  ])('grants %s of %j only %j', async (user, scopes, granted) => {
    const request = registry.client().get('/token').query({ service: 'stowage', scope: scopes });
    const { body } = await (user === '' ? request : request.auth(user, passwordOf(user))).expect(200);
    expect(body.scope).toBe(granted.join(' '));
  });

  it('refuses a wrong password in each way of showing one, without a word on what is wrong', async () => {
    const form = { grant_type: 'password', username: 'ann', password: 'wrong' };
    const answers = [
      await registry.client().get('/token').auth('ann', 'wrong').expect(401),
      await registry.client().get('/token').auth('nobody', 'wrong').expect(401),
      await postForm(registry, form).expect(401),
      await postForm(registry, { ...form, username: 'nobody' }).expect(401),
      await postForm(registry, { grant_type: 'refresh_token', refresh_token: 'wrong' }).expect(401),
    ];
    for (const { body, headers } of answers) {
      expect(body).toEqual(answers[0]?.body);
      expect(headers['www-authenticate']).toBe('Basic realm="Stowage"');
    }
  });

  it.each([
    ['another service', { grant_type: 'password', username: 'a', password: 'b', service: 'elsewhere' }, 400],
    ['no grant type', { username: 'a', password: 'b' }, 400],
    ['an unknown grant type', { grant_type: 'client_credentials' }, 400],
    ['no password', { grant_type: 'password', username: 'ann' }, 400],
    [
      'a token to exchange of another type',
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: 'x',
        subject_token_type: 'urn:ietf:params:oauth:token-type:saml2',
      },
      400,
    ],
  ])('refuses a form with %s', async (_what, form, status) => {
    await postForm(registry, form as Record<string, string>).expect(status);
  });

  it('refuses what is no form, names a thing twice, or is too large', async () => {
    const post = (body: string, type = 'application/x-www-form-urlencoded') =>
      registry.client().post('/token').set('Content-Type', type).send(body);
    await post('{"grant_type":"password"}', 'application/json').expect(415);
    await post('grant_type=password&username=ann&username=bob&password=x').expect(400);
    await post(`grant_type=password&username=${'x'.repeat(70_000)}`).expect(413);
    await registry.client().get('/token').query({ service: 'elsewhere' }).expect(400);
    await registry.client().put('/token').expect(405);
  });

  describe('its tokens', () => {
    beforeAll(async () => {
      const token = await tokenOf(registry, 'ann', 'repository:team/image:pull,push');
      const { content, digest } = randomBlob();
      await registry
        .client()
        .post(`/v2/team/image/blobs/uploads/?digest=${digest}`)
        .set({ ...bearer(token), 'Content-Type': 'application/octet-stream' })
        .send(content)
        .expect(201);
    });

    it('are good for their repository, and no other one', async () => {
      const token = await tokenOf(registry, 'ann', 'repository:team/app:pull,push');
      await upload('team/app', token).expect(202);
      const refused = await upload('team/other', token).expect(401);
      expect(challengeIn(refused.headers['www-authenticate'])).toMatchObject({
        scope: 'repository:team/other:pull,push',
        error: 'insufficient_scope',
      });
      for (const name of ['team/ap', 'team/app/x', 'team', 'x/team/app']) {
        const { status } = await upload(name, token);
        expect([401, 403]).toContain(status);
      }
    });

    it('are good for their actions, and no others', async () => {
      const token = await tokenOf(registry, 'ann', 'repository:team/app:pull');
      await tags('team/app', token).expect(404);
      await upload('team/app', token).expect(401);
      await registry.client().get('/v2/_catalog').set(bearer(token)).expect(401);
      const root = await tokenOf(registry, 'root', 'repository:team/app:pull,push,delete');
      await registry.client().get('/api/v1/keys').set(bearer(root)).expect(401);
    });

    it('give no other token', async () => {
      const token = await tokenOf(registry, 'ann', 'repository:team/app:pull');
      await registry.client().get('/token').set(bearer(token)).query({ scope: 'repository:team/app:push' }).expect(401);
      const exchange = {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      };
      await postForm(registry, exchange).expect(401);
      await postForm(registry, { grant_type: 'refresh_token', refresh_token: token }).expect(401);
      await postForm(registry, { grant_type: 'password', username: 'ann', password: token }).expect(401);
    });

    it('are refused when anything about them is not ours', async () => {
      const token = await tokenOf(registry, 'ann', 'repository:team/app:pull');
      const [header = '', payload = '', signature = ''] = token.split('.');
      const { kid } = decodeProtectedHeader(token);
      const { body: keySet } = await registry.client().get('/.well-known/jwks.json').expect(200);
      const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const hs256 = `${encode({ alg: 'HS256', kid })}.${payload}`;
      const hmac = (secret: string) => `${hs256}.${createHmac('sha256', secret).update(hs256).digest('base64url')}`;
      const forger = makeSigner();
      const claims = { iss: 'stowage', aud: 'stowage', sub: 'root', access: grantsIn(token) };
      const refused = [
        `${header}.${encode({ ...decodeJwt(token), sub: 'root' })}.${signature}`,
        `${encode({ alg: 'none', kid })}.${payload}.`,
        `${encode({ alg: 'none' })}.${payload}.`,
        hmac(JSON.stringify(keySet.keys[0])),
        hmac(keySet.keys[0].x),
        await issueToken(forger, claims, { kid: String(kid) }),
        await issueToken(forger, claims, { kid: '../keys/signing' }),
        await issueToken(forger, claims, { jwk: forger.publicKey.export({ format: 'jwk' }) as never }),
        await issueToken(forger, claims, { jku: 'https://forger.example/keys.json', kid: 'x' }),
        await issueToken(forger, claims),
        'stow_0000000000000000',
      ];
      for (const text of refused) {
        const answer = await base(text).expect(401);
        expect(challengeIn(answer.headers['www-authenticate'])).toMatchObject({ error: 'invalid_token' });
      }
      await base(token).expect(200);
    });

    it('stay out of the log', async () => {
      const { body } = await postForm(registry, {
        grant_type: 'password',
        username: 'ann',
        password: passwordOf('ann'),
        access_type: 'offline',
      }).expect(200);
      await base(body.token).expect(200);
      const log = JSON.stringify(registry.log);
      for (const secret of [body.token, body.refresh_token, passwordOf('ann')]) expect(log).not.toContain(secret);
    });
  });

  describe('its refresh tokens', () => {
    const login = async (user: string) => {
      const query = { offline_token: 'true', service: 'stowage' };
      const { body } = await registry.client().get('/token').query(query).auth(user, passwordOf(user)).expect(200);
      return body.refresh_token as string;
    };
    const refresh = (token: string, scope = 'repository:team/app:pull') =>
      postForm(registry, { grant_type: 'refresh_token', refresh_token: token, scope });

    it('give tokens again and again', async () => {
      const token = await login('ann');
      for (let time = 0; time < 3; time++) {
        const { body } = await refresh(token, 'repository:team/app:pull,push,delete').expect(200);
        expect(decodeJwt(body.token)).toMatchObject({ sub: 'ann', groups: ['dev'] });
        expect(body).toMatchObject({ scope: 'repository:team/app:pull,push', refresh_token: token });
      }
    });

    it('are not for the anonymous', async () => {
      const { body } = await registry.client().get('/token').query({ offline_token: 'true' }).expect(200);
      expect(body.refresh_token).toBeUndefined();
    });

    it('are no access tokens, nor passwords', async () => {
      const token = await login('root');
      await base(token).expect(401);
      await registry.client().get('/token').auth('root', token).expect(401);
    });

    it('end when they are revoked', async () => {
      const token = await login('ann');
      await postForm(registry, { token }, '/token/revoke').expect(200);
      await refresh(token).expect(401);
      await postForm(registry, { token }, '/token/revoke').expect(200);
      await postForm(registry, { token: '../../x' }, '/token/revoke').expect(200);
    });

    it('end for a whole user when an administrator says so', async () => {
      const [token, another, spared] = [await login('ann'), await login('ann'), await login('bob')];
      const revoke = (user: string) =>
        registry.client().delete('/api/v1/refresh-tokens').query({ user: 'ann' }).auth(user, passwordOf(user));
      await revoke('ann').expect(403);
      const { body } = await revoke('root').expect(200);
      expect(body.revoked).toBeGreaterThanOrEqual(2);
      await refresh(token).expect(401);
      await refresh(another).expect(401);
      await refresh(spared).expect(200);
    });

    it('cannot be made to last longer, or to be others', async () => {
      const token = await login('ann');
      const [, day = '', secret = ''] = token.split('_');
      for (const text of [
        `stowr_${Number(day) + 1}_${secret}`,
        `stowr_0${day}_${secret}`,
        `stowr_${day}_../${secret.slice(3)}`,
        token.toUpperCase(),
        `${token} `,
      ]) {
        await refresh(text).expect(401);
      }
      await refresh(token).expect(200);
    });
  });

  it('shows its public keys to anybody, and lets them be kept for a while', async () => {
    const { body } = await registry
      .client()
      .get('/.well-known/jwks.json')
      .expect(200)
      .expect('Content-Type', 'application/jwk-set+json')
      .expect('Cache-Control', 'public, max-age=300');
    const token = await tokenOf(registry, 'ann');
    expect(body.keys).toEqual([
      {
        kty: 'EC',
        crv: 'P-256',
        x: expect.any(String),
        y: expect.any(String),
        kid: decodeProtectedHeader(token).kid,
        use: 'sig',
        alg: 'ES256',
      },
    ]);
  });

  it('takes a push with a token, and puts the image where a token for pulling finds it', async () => {
    const token = await tokenOf(registry, 'ann', 'repository:team/whole:pull,push');
    const put = (path: string, type: string, content: Buffer) =>
      registry
        .client()
        .put(path)
        .set({ ...bearer(token), 'Content-Type': type })
        .send(content.toString());
    const config = Buffer.from('{}');
    const started = await upload('team/whole', token).expect(202);
    await put(`${started.headers.location}?digest=${digestOf(config)}`, 'application/octet-stream', config).expect(201);
    const image = pushable(
      { schemaVersion: 2, mediaType: OCI_MANIFEST, config: descriptorOf(config), layers: [] },
      OCI_MANIFEST,
    );
    await put('/v2/team/whole/manifests/latest', OCI_MANIFEST, image.content).expect(201);
    const pulling = await tokenOf(registry, 'bob', 'repository:team/whole:pull');
    await tags('team/whole', pulling).expect(200);
  });
});

describe('the exchange of tokens', () => {
  const form = (token: string, scope: string) => ({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    access_type: 'offline',
    scope,
  });

  it('gives who shows a token of somebody else one of ours, within its bounds', async () => {
    const auth = { authenticators: [new Tokens()], tokenService: { service: 'stowage' } };
    const registry = await startRegistry({}, { auth: { ...auth, authorizer: Policy.parse({ rules: [ALL] }) } });
    const workload = tokenFor('workload', 'repository:a/b:pull,push');
    const { body } = await postForm(registry, form(workload, 'repository:a/b:pull repository:a/c:pull')).expect(200);
    expect(body).toMatchObject({
      scope: 'repository:a/b:pull',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    expect(body.refresh_token).toBeUndefined();
    expect(decodeJwt(body.token)).toMatchObject({ sub: 'workload', authenticator: 'tokens', credential: 'token-1' });
    await registry.client().get('/v2/a/b/tags/list').set(bearer(body.token)).expect(404);
    await registry.client().get('/v2/a/c/tags/list').set(bearer(body.token)).expect(401);
    await postForm(registry, form('', 'repository:a/b:pull')).expect(400);
    await registry.close();
  });

  it('refuses what nobody vouches for', async () => {
    const registry = await startWithLogins();
    await postForm(registry, form(await issueToken(makeSigner()), 'repository:a/b:pull')).expect(401);
    await registry.close();
  });
});

describe('a registry that has no login', () => {
  it('has no token service', async () => {
    const registry = await startRegistry();
    await registry.client().get('/token').expect(404);
    await registry.client().post('/token').expect(404);
    await registry.client().get('/.well-known/jwks.json').expect(404);
    await registry.close();
  });
});

describe('two servers on one storage', () => {
  let root: string;
  // Files that the tests write by hand are no changes of ours that what is kept in memory goes by.
  const input = () => ({ storage: { driver: 'filesystem', filesystem: { root } }, cache: { maxSize: 0 } }) as const;
  const keyFile = () => join(root, 'docker/registry/stowage/auth/keys/signing');

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'stowage-tokens-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  it('make one key, and take the tokens of each other', async () => {
    const [one, other] = await Promise.all([startWithLogins(input()), startWithLogins(input())]);
    const token = await tokenOf(one, 'ann', 'repository:team/app:pull');
    await other.client().get('/v2/team/app/tags/list').set(bearer(token)).expect(404);
    const query = { offline_token: 'true' };
    const { body } = await one.client().get('/token').query(query).auth('ann', passwordOf('ann')).expect(200);
    await postForm(other, { grant_type: 'refresh_token', refresh_token: body.refresh_token }).expect(200);
    expect(JSON.parse(await readFile(keyFile(), 'utf8')).keys).toHaveLength(1);
    await Promise.all([one.close(), other.close()]);
  });

  it('keep nothing of a refresh token but its hash', async () => {
    const folder = join(root, 'docker/registry/stowage/auth/refresh');
    const [day = ''] = await readdir(folder);
    const files = await readdir(join(folder, day));
    expect(files).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    const record = JSON.parse(await readFile(join(folder, day, String(files[0])), 'utf8'));
    expect(record).toEqual({
      value: { principal: expect.objectContaining({ name: 'ann', groups: ['dev'] }), client: '' },
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
    });
  });

  it('go on with a key that the other one has made meanwhile, and take tokens of the old one', async () => {
    const one = await startWithLogins(input());
    const old = await tokenOf(one, 'ann', 'repository:team/app:pull');
    const { keys } = JSON.parse(await readFile(keyFile(), 'utf8'));
    // As if the first key were older than a rotation: another server finds that the next one is due.
    const longAgo = new Date(Date.now() - 720 * 3_600_000).toISOString();
    await writeFile(keyFile(), JSON.stringify({ keys: [{ ...keys[0], signsFrom: longAgo }] }));
    const other = await startWithLogins(input());
    const { body } = await other.client().get('/.well-known/jwks.json').expect(200);
    expect(body.keys).toHaveLength(2);
    // It is published, and does not sign yet.
    expect(decodeProtectedHeader(await tokenOf(other, 'ann')).kid).toBe(decodeProtectedHeader(old).kid);
    // As if its time had come.
    const both = JSON.parse(await readFile(keyFile(), 'utf8')).keys;
    both[1].signsFrom = new Date().toISOString();
    await writeFile(keyFile(), JSON.stringify({ keys: both }));
    const third = await startWithLogins(input());
    const fresh = await tokenOf(third, 'ann', 'repository:team/app:pull');
    expect(decodeProtectedHeader(fresh).kid).toBe(body.keys[1].kid);
    for (const server of [one, other, third]) {
      for (const token of [old, fresh]) {
        await server.client().get('/v2/team/app/tags/list').set(bearer(token)).expect(404);
      }
    }
    await Promise.all([one, other, third].map((server) => server.close()));
  });

  it('do not start with keys that they cannot read', async () => {
    await writeFile(keyFile(), 'broken');
    await expect(startWithLogins(input())).rejects.toThrow('the signing keys that are stored cannot be read');
  });
});

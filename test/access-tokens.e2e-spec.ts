import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Authenticator, AuthenticatorUnavailableError, Policy } from '#libs/access';
import { Accounts, passwordOf, Tokens, tokenFor } from './support/accounts.js';
import { pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';

const policy = Policy.parse({
  rules: [
    { name: 'public', effect: 'allow', anonymous: true, repositories: ['public/*'], actions: ['pull'] },
    { name: 'anna', effect: 'allow', principals: ['anna'], repositories: ['a/*'] },
    { name: 'list', effect: 'allow', principals: ['anna'], actions: ['catalog'] },
    { name: 'pushers', effect: 'allow', principals: ['robot'], actions: ['push'] },
  ],
});

describe('access with tokens', () => {
  let registry: Registry;
  const tokens = new Tokens();
  const accounts = new Accounts({ anna: [], robot: [] });

  beforeAll(async () => {
    const tokenService = { realm: 'https://auth.example/token', service: 'registry.example' };
    registry = await startRegistry(
      {},
      { auth: { authenticators: [accounts, tokens], authorizer: policy, tokenService } },
    );
  });
  afterAll(() => registry.close());
  beforeEach(() => {
    tokens.asked = 0;
    accounts.asked = 0;
  });

  const ask = (method: 'get' | 'post' | 'put' | 'delete', path: string, token?: string) => {
    const request = registry.client()[method](path);
    return token === undefined ? request : request.set('Authorization', `Bearer ${token}`);
  };

  const BASE = 'Bearer realm="https://auth.example/token",service="registry.example"';

  it.each([
    ['get', '/v2/', BASE],
    ['get', '/v2/a/b/manifests/latest', `${BASE},scope="repository:a/b:pull"`],
    ['get', '/v2/a/b/tags/list', `${BASE},scope="repository:a/b:pull"`],
    ['post', '/v2/a/b/blobs/uploads/', `${BASE},scope="repository:a/b:pull,push"`],
    ['put', '/v2/a/b/manifests/latest', `${BASE},scope="repository:a/b:pull,push"`],
    ['put', `/v2/a/b/manifests/sha256:${'0'.repeat(64)}?tag=x&tag=y`, `${BASE},scope="repository:a/b:pull,push"`],
    ['delete', '/v2/a/b/manifests/latest', `${BASE},scope="repository:a/b:delete"`],
    ['get', '/v2/_catalog', `${BASE},scope="registry:catalog:*"`],
    [
      'post',
      '/v2/a/b/blobs/uploads/?mount=sha256:x&from=a/c',
      `${BASE},scope="repository:a/b:pull,push repository:a/c:pull"`,
    ],
    ['post', '/v2/a/b/blobs/uploads/?mount=sha256:x&from=A', `${BASE},scope="repository:a/b:pull,push"`],
  ] as const)('challenges who shows nothing: %s %s', async (method, path, challenge) => {
    const { status, headers } = await ask(method, path);
    expect([status, headers['www-authenticate']]).toEqual([401, challenge]);
  });

  it('challenges who shows a token that nobody takes', async () => {
    const { status, headers } = await ask('get', '/v2/a/b/tags/list', 'forged');
    const challenge = `${BASE},scope="repository:a/b:pull",error="invalid_token"`;
    expect([status, headers['www-authenticate']]).toEqual([401, challenge]);
  });

  it('challenges who shows a token for less than it could be for', async () => {
    const token = tokenFor('anna', 'repository:a/b:pull');
    await ask('get', '/v2/a/b/tags/list', token).expect(404);
    const { status, headers } = await ask('post', '/v2/a/b/blobs/uploads/', token);
    const challenge = `${BASE},scope="repository:a/b:pull,push",error="insufficient_scope"`;
    expect([status, headers['www-authenticate']]).toEqual([401, challenge]);
  });

  it('refuses what no token would help with', async () => {
    await ask('get', '/v2/b/b/tags/list', tokenFor('anna', 'repository:b/b:pull')).expect(403);
    await ask('get', '/v2/b/b/tags/list', tokenFor('anna', 'repository:a/b:pull')).expect(403);
  });

  it('lets a token do no more than it says', async () => {
    await ask('get', '/v2/a/b/tags/list', tokenFor('anna', '')).expect(401);
    await ask('get', '/v2/a/bb/tags/list', tokenFor('anna', 'repository:a/b:pull')).expect(401);
    await ask('delete', '/v2/a/b/manifests/x', tokenFor('anna', 'repository:a/b:pull,push')).expect(401);
    await ask('delete', '/v2/a/b/manifests/x', tokenFor('anna', 'repository:a/b:*')).expect(404);
    await ask('get', '/v2/_catalog', tokenFor('anna', 'repository:_catalog:*')).expect(401);
    await ask('get', '/v2/_catalog', tokenFor('anna', 'registry:catalog:*')).expect(200);
  });

  it('shows of the catalog what the token is for', async () => {
    const token = tokenFor('anna', 'registry:catalog:*');
    expect((await ask('get', '/v2/_catalog', token).expect(200)).body).toEqual({ repositories: [] });
  });

  it('takes the token of who has not logged in for a credential, and asks for a login where it is for less', async () => {
    const token = tokenFor('', 'repository:public/a:pull');
    await ask('get', '/v2/', token).expect(200);
    await ask('get', '/v2/public/a/tags/list', token).expect(404);
    await ask('get', '/v2/public/b/tags/list', token).expect(401);
    await ask('post', '/v2/public/a/blobs/uploads/', token).expect(401);
    await ask('get', '/v2/a/b/tags/list', tokenFor('', 'repository:a/b:pull')).expect(401);
  });

  it('takes passwords as well', async () => {
    await registry.client().get('/v2/a/b/tags/list').auth('anna', passwordOf('anna')).expect(404);
    await registry.client().get('/v2/b/b/tags/list').auth('anna', passwordOf('anna')).expect(403);
    const { headers } = await registry.client().get('/v2/').auth('anna', 'wrong').expect(401);
    expect(headers['www-authenticate']).toBe(BASE);
  });

  describe('on a mount', () => {
    const source = randomBlob();
    const mount = (from: string, token: string) =>
      ask('post', `/v2/a/b/blobs/uploads/?mount=${source.digest}&from=${from}`, token);

    it('needs the scope of the source', async () => {
      await registry
        .client()
        .post(`/v2/a/source/blobs/uploads/?digest=${source.digest}`)
        .auth('anna', passwordOf('anna'))
        .set('Content-Type', 'application/octet-stream')
        .send(source.content)
        .expect(201);
      const { status, headers } = await mount('a/source', tokenFor('anna', 'repository:a/b:pull,push'));
      const scope = 'scope="repository:a/b:pull,push repository:a/source:pull"';
      expect([status, headers['www-authenticate']]).toEqual([401, `${BASE},${scope},error="insufficient_scope"`]);
      const both = tokenFor('anna', 'repository:a/b:pull,push repository:a/source:pull');
      await mount('a/source', both).expect(201);
    });

    it('does without a source that the owner of the token may never have', async () => {
      await mount('b/source', tokenFor('anna', 'repository:a/b:pull,push')).expect(202);
      await mount('b/source', tokenFor('anna', 'repository:a/b:pull,push repository:b/source:pull')).expect(202);
    });
  });

  it('asks about a token once, and about one that ends when that is over', async () => {
    const token = tokenFor('anna', 'repository:a/none:pull');
    for (let time = 0; time < 3; time++) await ask('get', '/v2/a/none/tags/list', token).expect(404);
    expect(tokens.asked).toBeLessThanOrEqual(1);
    tokens.asked = 0;
    const ended = tokenFor('anna', 'repository:a/none:pull', Date.now() - 1);
    for (let time = 0; time < 3; time++) await ask('get', '/v2/a/none/tags/list', ended).expect(404);
    expect(tokens.asked).toBe(3);
  });

  it('asks about a password once, also of requests at the same time, and about a wrong one each time', async () => {
    const login = (password: string) => registry.client().get('/v2/').auth('robot', password);
    await Promise.all(Array.from({ length: 5 }, () => login(passwordOf('robot')).expect(200)));
    await login(passwordOf('robot')).expect(200);
    expect(accounts.asked).toBe(1);
    for (let time = 0; time < 3; time++) await login('wrong').expect(401);
    expect(accounts.asked).toBe(4);
  });

  it('refuses a token in the query and in a body', async () => {
    const token = tokenFor('anna', 'repository:a/b:pull');
    await ask('get', `/v2/a/b/tags/list?access_token=${token}`).expect(401);
  });

  it('has its own address for the token service where there is no other', async () => {
    const own = await startRegistry({}, { auth: { authenticators: [tokens], tokenService: { service: 's' } } });
    const { headers } = await own.client().get('/v2/');
    expect(headers['www-authenticate']).toBe(`Bearer realm="${own.url}/token",service="s"`);
    const hostile = await own.client().get('/v2/').set('Host', 'evil",scope="x');
    expect(hostile.headers['www-authenticate']).toBe('Bearer realm="http://evil\\",scope=\\"x/token",service="s"');
    await own.close();
  });

  it('names the public address, where there is one', async () => {
    const input = { http: { publicUrl: 'https://registry.example/r' } };
    const own = await startRegistry(input, { auth: { authenticators: [tokens], tokenService: { service: 's' } } });
    const { headers } = await own.client().get('/v2/').set('Host', 'other');
    expect(headers['www-authenticate']).toBe('Bearer realm="https://registry.example/r/token",service="s"');
    await own.close();
  });
});

describe('an authenticator that does not answer', () => {
  class Silent extends Authenticator {
    override readonly name = 'silent';
    override readonly kinds = ['password', 'token'] as const;

    override async authenticate(): Promise<null> {
      throw new AuthenticatorUnavailableError(this.name);
    }
  }

  it('does not hinder those that others vouch for', async () => {
    const accounts = new Accounts({ anna: [] });
    const registry = await startRegistry({}, { auth: { authenticators: [new Silent(), accounts] } });
    await registry.client().get('/v2/').auth('anna', passwordOf('anna')).expect(200);
    const response = await registry.client().get('/v2/').auth('anna', 'wrong');
    expect([response.status, response.body.errors[0].code]).toEqual([503, 'UNAVAILABLE']);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    expect(JSON.stringify(registry.log)).not.toContain('wrong');
    await registry.client().get('/v2/').expect(401);
    await registry.close();
    expect(accounts.isClosed).toBe(true);
  });
});

describe('a policy that is configured', () => {
  const write = async (text: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'stowage-access-'));
    const path = join(folder, 'policy.yaml');
    await writeFile(path, text);
    return { path, remove: () => rm(folder, { recursive: true }) };
  };
  const auth = { authenticators: [new Accounts({ anna: [] })] };

  it('decides', async () => {
    const { path, remove } = await write('rules: [{ name: a, effect: allow, principals: [anna], actions: [pull] }]');
    const registry = await startRegistry({ auth: { authenticators: ['key'], policy: path } }, { auth });
    await registry.client().get('/v2/a/tags/list').auth('anna', passwordOf('anna')).expect(404);
    await registry.client().post('/v2/a/blobs/uploads/').auth('anna', passwordOf('anna')).expect(403);
    await registry.close();
    await remove();
  });

  it('stops the start where it cannot be used', async () => {
    const { path, remove } = await write('rules: [{ name: a, effect: permit }]');
    const start = startRegistry({ auth: { authenticators: ['key'], policy: path } }, { auth });
    await expect(start).rejects.toThrow('the rule a: effect must be allow or deny, but is "permit"');
    await remove();
  });
});

describe('without a policy', () => {
  it('lets who has logged in pull, push and overwrite, and administrators delete', async () => {
    const accounts = new Accounts({ anna: [], bert: [] });
    const input = { auth: { administrators: ['bert'] } };
    const registry = await startRegistry(input, { auth: { authenticators: [accounts] } });
    const ask = (method: 'get' | 'post' | 'delete', path: string, user: string) =>
      registry.client()[method](path).auth(user, passwordOf(user));
    for (const user of ['anna', 'bert']) {
      await ask('get', '/v2/a/tags/list', user).expect(404);
      await ask('post', '/v2/a/blobs/uploads/', user).expect(202);
      await ask('get', '/v2/_catalog', user).expect(200);
    }
    await ask('delete', '/v2/a/manifests/x', 'anna').expect(403);
    await ask('delete', '/v2/a/manifests/x', 'bert').expect(404);
    await registry.client().get('/v2/a/tags/list').expect(401);
    await registry.close();
  });

  it('and without a login lets everybody do everything', async () => {
    const registry = await startRegistry();
    const digest = await pushBlob(registry, 'a', randomBlob().content);
    await registry.client().get('/v2/').set('Authorization', 'Basic wrong').expect(200);
    await registry.client().delete(`/v2/a/blobs/${digest}`).expect(202);
    await registry.close();
  });
});

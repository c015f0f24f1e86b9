import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/bcrypt';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import request from 'supertest';
import type { RegistryConfigInput } from '../src/config/index.js';
import { Authority, type Issued, readIssued } from './support/authority.js';
import { type Registry, startRegistry } from './support/registry.js';
import { SourceServer } from './support/source-server.js';

type AuthInput = NonNullable<RegistryConfigInput['auth']>;

describe('a registry with the authenticator', () => {
  let folder: string;
  let authority: Authority;
  let server: Issued;
  let registry: Registry | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-authenticators-'));
    authority = await Authority.create(join(folder, 'ca'));
    server = await authority.issue('server', { names: 'IP:127.0.0.1' });
  });
  afterEach(async () => {
    await registry?.close();
    registry = undefined;
  });
  afterAll(() => rm(folder, { recursive: true }));

  const start = async (auth: AuthInput, http: RegistryConfigInput['http'] = {}): Promise<Registry> => {
    registry = await startRegistry({ auth, http });
    return registry;
  };

  describe('htpasswd', () => {
    const user = async (name: string, password: string) => `${name}:${await hash(password, { cost: 4 })}\n`;

    it('lets in who has a password in the file, and whoever is added', async () => {
      const file = join(folder, 'users');
      await writeFile(file, await user('alice', 'correct horse'));
      const { client } = await start({ authenticators: ['htpasswd'], tokens: { enabled: false }, htpasswd: { file } });
      const { headers } = await client().get('/v2/').expect(401);
      expect(headers['www-authenticate']).toBe('Basic realm="Stowage"');
      await client().get('/v2/').auth('alice', 'correct horse').expect(200);
      await client().get('/v2/').auth('alice', 'wrong').expect(401);
      await client().get('/v2/').auth('bob', 'staple').expect(401);
      await appendFile(file, await user('bob', 'staple'));
      while ((await client().get('/v2/').auth('bob', 'staple')).status !== 200) await setTimeout(50);
    });

    it('logs a file that is wrong, with nothing of the line in it', async () => {
      const file = join(folder, 'wrong');
      await writeFile(file, await user('alice', 'correct horse'));
      const { client, log } = await start({
        authenticators: ['htpasswd'],
        tokens: { enabled: false },
        htpasswd: { file },
      });
      await appendFile(file, 'bob:hunter2\n');
      // Another name each time, as one alone would soon have to wait.
      for (let attempt = 1; !log.some(({ level }) => level === 'error'); attempt++) {
        await client().get('/v2/').auth(`nobody-${attempt}`, 'x').expect(401);
        await setTimeout(50);
      }
      expect(JSON.stringify(log)).toContain('wrong:2: the password must be hashed');
      expect(JSON.stringify(log)).not.toContain('hunter2');
    });

    it('does not start with a wrong file, and serves others while a flood of logins comes', async () => {
      const file = join(folder, 'flood');
      await writeFile(file, 'bob:hunter2\n');
      await expect(startRegistry({ auth: { authenticators: ['htpasswd'], htpasswd: { file } } })).rejects.toThrow(
        'flood:1: ',
      );
      await writeFile(file, `alice:${await hash('correct horse', { cost: 10 })}\n`);
      const { client } = await start({ authenticators: ['htpasswd'], tokens: { enabled: false }, htpasswd: { file } });
      await client().get('/v2/').auth('alice', 'correct horse').expect(200);
      let open = 0;
      const flood = Array.from({ length: 40 }, async (_, number) => {
        open++;
        await client().get('/v2/').auth(`user-${number}`, 'wrong').expect(401);
        open--;
      });
      // A login that was verified, and what needs none.
      await client().get('/v2/').auth('alice', 'correct horse').expect(200);
      await client().get('/healthz').expect(200);
      expect(open).toBeGreaterThan(20);
      await Promise.all(flood);
    });
  });

  it('certificate lets in who shows one of an authority, named by it', async () => {
    const clients = await Authority.create(join(folder, 'clients'), 'clients');
    const tls = { ...server, clientAuthorities: clients.certificate };
    const { url } = await start({ authenticators: ['certificate'], administrators: ['alice'] }, { tls });
    const ca = await readFile(authority.certificate);
    const ask = async (method: 'get' | 'delete', path: string, shown?: Issued) => {
      const asked = request(url)[method](path).ca(ca);
      return shown ? asked.cert((await readIssued(shown)).cert).key((await readIssued(shown)).key) : asked;
    };
    const alice = await clients.issue('alice');
    const bob = await clients.issue('bob', { subject: '/O=Example/OU=staff/CN=bob' });
    const unknown = '/v2/a/b/manifests/unknown';
    expect((await ask('get', '/v2/', alice)).status).toBe(200);
    expect((await ask('get', '/v2/', bob)).status).toBe(200);
    expect((await ask('delete', unknown, alice)).status).toBe(404);
    expect((await ask('delete', unknown, bob)).status).toBe(403);
    for (const shown of [undefined, await authority.issue('alice'), await clients.issue('expired', { days: -1 })]) {
      expect((await ask('get', '/v2/', shown)).status).toBe(401);
    }
  });

  describe('oidc', () => {
    let issuer: string;
    let provider: Server;
    let sign: (claims: Record<string, unknown>) => Promise<string>;
    let issuers: string;

    beforeAll(async () => {
      const { publicKey, privateKey } = await generateKeyPair('RS256');
      const keys = [{ ...(await exportJWK(publicKey)), kid: '1' }];
      provider = createServer(await readIssued(server), (asked, answer) => {
        const body = asked.url === '/keys' ? { keys } : { issuer, jwks_uri: `${issuer}/keys` };
        answer.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
      }).listen(0, '127.0.0.1');
      await once(provider, 'listening');
      issuer = `https://127.0.0.1:${(provider.address() as AddressInfo).port}`;
      sign = (claims) =>
        new SignJWT({ repository: 'octo/app', ...claims })
          .setProtectedHeader({ alg: 'RS256', kid: '1' })
          .setIssuer(issuer)
          .setAudience(String(claims.aud ?? 'stowage'))
          .setSubject('repo:octo/app:ref:refs/heads/main')
          .setIssuedAt()
          .setExpirationTime('1m')
          .sign(privateKey);
      issuers = join(folder, 'issuers.yaml');
      const lines = [`issuer: ${issuer}`, 'audience: stowage', `caFile: ${authority.certificate}`, 'prefix: "github:"'];
      await writeFile(issuers, `issuers:\n  - ${lines.join('\n    ')}\n`);
    });
    afterAll(() => {
      provider.close();
    });

    it('lets in workloads, with their tokens as passwords, and asks the policy for their claims', async () => {
      const policy = join(folder, 'policy.yaml');
      await writeFile(
        policy,
        `rules:
  - name: builds push to their repository
    effect: allow
    claims: { repository: octo/app }
    repositories: [octo/app]
    actions: [pull, push]
`,
      );
      const { client } = await start({ authenticators: ['oidc'], oidc: { issuers }, policy });
      const begin = (name: string) => client().post(`/v2/${name}/blobs/uploads/`);
      await begin('octo/app')
        .auth('oidc', await sign({}))
        .expect(202);
      await begin('octo/other')
        .auth('oidc', await sign({}))
        .expect(403);
      await begin('octo/app')
        .auth('oidc', await sign({ repository: 'octo/fork' }))
        .expect(403);
      await begin('octo/app')
        .auth('oidc', await sign({ aud: 'other' }))
        .expect(401);
      await begin('octo/app').expect(401);
    });

    it('does not start with a file of issuers that is wrong', async () => {
      const wrong = join(folder, 'wrong.yaml');
      await writeFile(wrong, 'issuers: [{ issuer: https://a.example }]');
      const auth: AuthInput = { authenticators: ['oidc'], oidc: { issuers: wrong } };
      await expect(startRegistry({ auth })).rejects.toThrow('issuers[0].audience');
    });
  });

  it('ldap answers with 503 while the directory is away, and knows passwords of others', async () => {
    const file = join(folder, 'beside');
    await writeFile(file, `alice:${await hash('correct horse', { cost: 4 })}\n`);
    const { client } = await start({
      authenticators: ['ldap', 'htpasswd'],
      htpasswd: { file },
      ldap: { urls: ['ldap://127.0.0.1:1'], baseDn: 'dc=example,dc=org' },
    });
    const { headers } = await client().get('/v2/').auth('bob', 'x').expect(503);
    expect(headers).toHaveProperty('retry-after');
    await client().get('/v2/').auth('alice', 'correct horse').expect(200);
  });

  it('of each kind runs as a process of its own, with workers', async () => {
    const file = join(folder, 'process');
    await writeFile(file, `alice:${await hash('correct horse', { cost: 4 })}\n`);
    const process = new SourceServer({
      STOWAGE_STORAGE_FILESYSTEM_ROOT: await mkdtemp(join(folder, 'root-')),
      STOWAGE_HTTP_WORKERS: '2',
      STOWAGE_AUTH_AUTHENTICATORS: 'htpasswd,ldap',
      STOWAGE_AUTH_HTPASSWD_FILE: file,
      STOWAGE_AUTH_LDAP_URLS: 'ldaps://127.0.0.1:1',
      STOWAGE_AUTH_LDAP_BASE_DN: 'dc=example,dc=org',
    });
    try {
      const url = (await process.logged('listening', 2)).url ?? '';
      await request(url).get('/v2/').auth('alice', 'correct horse').expect(200);
      await request(url).get('/v2/').auth('alice', 'wrong').expect(503);
    } finally {
      await process.kill();
    }
  });
});

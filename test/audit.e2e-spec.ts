import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Policy } from '#libs/access';
import type { AuditEntry } from '../src/audit/index.js';
import type { RegistryConfigInput } from '../src/config/index.js';
import { Accounts, passwordOf, Tokens, tokenFor } from './support/accounts.js';
import { digestOf, pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

const policy = Policy.parse({
  rules: [
    { name: 'anna', effect: 'allow', principals: ['anna'] },
    { name: 'releases stay', effect: 'deny', actions: ['overwrite'], tags: ['v*'] },
    { name: 'public', effect: 'allow', anonymous: true, repositories: ['public'], actions: ['pull'] },
  ],
});

let folder: string;
let auditLog: string;
let registry: Registry;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stowage-audit-'));
  auditLog = join(folder, 'audit.log');
});
afterEach(() => rm(folder, { recursive: true }));

async function start(input: RegistryConfigInput = {}): Promise<void> {
  const authenticators = [new Accounts({ anna: [], bert: [] }), new Tokens()];
  registry = await startRegistry(
    { http: { trustedProxies: ['127.0.0.1'] }, ...input, auth: { auditLog, ...input.auth } },
    { auth: { authenticators, authorizer: policy, tokenService: { service: 's' } } },
  );
}

/** Ends the registry; resolves to what it wrote, without what differs each time. */
async function written(): Promise<Partial<AuditEntry>[]> {
  await registry.close();
  const text = await readFile(auditLog, 'utf8');
  expect(text).not.toMatch(/password|Basic|Bearer/);
  const entries: AuditEntry[] = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  return entries.map(({ time, requestId, ...entry }) => {
    expect(new Date(time).toISOString()).toBe(time);
    expect(requestId).toMatch(/^[\w-]{36}$/);
    return entry;
  });
}

const ask = (method: 'get' | 'post' | 'put' | 'delete', path: string, user?: string) => {
  const request = registry.client()[method](path);
  return user === undefined ? request : request.auth(user, passwordOf(user));
};

const index = (note: string) =>
  JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [], annotations: { note } });

const push = (reference: string, content: string, user = 'anna') =>
  ask('put', `/v2/a/b/manifests/${reference}`, user).set('Content-Type', INDEX_TYPE).send(content);

const ANNA = { principal: 'anna', authenticator: 'accounts', remoteAddress: '127.0.0.1' };

describe('the audit log', () => {
  it('tells who changed what', async () => {
    await start();
    const blob = randomBlob();
    await ask('post', `/v2/a/b/blobs/uploads/?digest=${blob.digest}`, 'anna')
      .set('Content-Type', 'application/octet-stream')
      .send(blob.content)
      .expect(201);
    const [one, other] = [index('one'), index('other')];
    await push('latest', one).expect(201);
    await push('latest', other).expect(201);
    await push(`${digestOf(one)}?tag=x&tag=y`, one).expect(201);
    await ask('post', `/v2/a/c/blobs/uploads/?mount=${blob.digest}&from=a/b`, 'anna').expect(201);
    await ask('delete', '/v2/a/b/manifests/latest', 'anna').expect(202);
    await ask('delete', `/v2/a/b/blobs/${blob.digest}`, 'anna').expect(202);
    const entry = { ...ANNA, repository: 'a/b', outcome: 'allowed', reason: 'anna' };
    const put = { ...entry, route: 'putManifest', status: 201 };
    expect(await written()).toEqual([
      { ...entry, action: 'push', route: 'startUpload', digest: blob.digest, status: 201 },
      { ...put, action: 'push', tags: ['latest'], digest: digestOf(one) },
      { ...put, action: 'overwrite', tags: ['latest'], digest: digestOf(other) },
      { ...put, action: 'push', tags: ['x', 'y'], digest: digestOf(one) },
      {
        ...entry,
        action: 'push',
        route: 'startUpload',
        repository: 'a/c',
        source: 'a/b',
        digest: blob.digest,
        status: 201,
      },
      { ...entry, action: 'delete', route: 'deleteManifest', tags: ['latest'], status: 202 },
      { ...entry, action: 'delete', route: 'deleteBlob', digest: blob.digest, status: 202 },
    ]);
  });

  it('tells what was refused, and what failed', async () => {
    await start();
    await ask('get', '/v2/a/b/manifests/latest', 'bert').expect(403);
    await ask('get', '/v2/a/b/manifests/latest').expect(401);
    await ask('get', '/v2/_catalog', 'bert').expect(403);
    await push('v1', index('one')).expect(201);
    await push('v1', index('other')).expect(403);
    await push('v2', '{}').expect(400);
    await ask('delete', '/v2/a/b/manifests/none', 'anna').expect(404);
    const [bert, anonymous] = [{ principal: 'bert', authenticator: 'accounts' }, { principal: '' }];
    const pull = { action: 'pull', route: 'getManifest', repository: 'a/b', tags: ['latest'] };
    const refused = { remoteAddress: '127.0.0.1', outcome: 'denied', reason: 'no rule allows it' };
    const put = { ...ANNA, route: 'putManifest', repository: 'a/b' };
    expect(await written()).toEqual([
      { ...bert, ...pull, ...refused, status: 403 },
      { ...anonymous, ...pull, ...refused, status: 401 },
      { ...bert, ...refused, action: 'catalog', route: 'listRepositories', status: 403 },
      {
        ...put,
        action: 'push',
        tags: ['v1'],
        digest: digestOf(index('one')),
        outcome: 'allowed',
        status: 201,
        reason: 'anna',
      },
      { ...put, action: 'overwrite', tags: ['v1'], outcome: 'denied', status: 403, reason: 'releases stay' },
      { ...put, action: 'push', tags: ['v2'], outcome: 'failed', status: 400, reason: 'anna' },
      {
        ...ANNA,
        action: 'delete',
        route: 'deleteManifest',
        repository: 'a/b',
        tags: ['none'],
        outcome: 'failed',
        status: 404,
        reason: 'anna',
      },
    ]);
  });

  it('tells of failed logins, with the name and without the password', async () => {
    await start();
    await registry.client().get('/v2/').auth('anna', 'wrong-password').expect(401);
    await registry.client().get('/v2/a/b/tags/list').set('Authorization', 'Bearer forged').expect(401);
    await registry.client().get('/v2/').expect(401);
    const login = {
      action: 'login',
      remoteAddress: '127.0.0.1',
      outcome: 'failed',
      status: 401,
      reason: 'no authenticator vouches for the credentials',
    };
    expect(await written()).toEqual([
      { ...login, principal: 'anna', route: 'getBase' },
      { ...login, principal: '', route: 'listTags' },
    ]);
  });

  it('tells which credential was used, and where the client is behind a proxy', async () => {
    await start();
    const token = tokenFor('anna', 'repository:a/b:push');
    await ask('post', '/v2/a/b/blobs/uploads/')
      .set('Authorization', `Bearer ${token}`)
      .set('X-Forwarded-For', '10.1.2.3')
      .expect(202);
    const [entry] = await written();
    expect(entry).toMatchObject({ authenticator: 'tokens', credential: 'token-1', remoteAddress: '10.1.2.3' });
  });

  it.each([
    [false, []],
    [true, ['pull 200', 'pull 404', 'catalog 200']],
  ])('tells of pulls that were allowed: %s', async (auditPulls, expected) => {
    await start({ auth: { auditPulls } });
    await push('latest', index('one')).expect(201);
    await ask('get', '/v2/a/b/manifests/latest', 'anna').expect(200);
    await ask('get', '/v2/a/b/manifests/none', 'anna').expect(404);
    await ask('get', '/v2/_catalog', 'anna').expect(200);
    const [first, ...others] = await written();
    expect(first?.action).toBe('push');
    expect(others.map(({ action, status }) => `${action} ${status}`)).toEqual(expected);
  });

  it('tells what happens without a login, too', async () => {
    registry = await startRegistry({ auth: { auditLog } });
    const { content, digest } = randomBlob();
    await pushBlob(registry, 'a', content);
    expect(await written()).toEqual([
      {
        principal: '',
        action: 'push',
        route: 'startUpload',
        repository: 'a',
        digest,
        remoteAddress: '127.0.0.1',
        outcome: 'allowed',
        status: 201,
        reason: 'there is no login',
      },
    ]);
  });

  it('stops the start where it cannot be written', async () => {
    await expect(startRegistry({ auth: { auditLog: join(folder, 'none', 'audit.log') } })).rejects.toThrow('ENOENT');
  });
});

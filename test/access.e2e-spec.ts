import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Reflector } from '@nestjs/core';
import type { Response } from 'supertest';
import { Policy } from '#libs/access';
import { Access } from '../src/auth/index.js';
import { Accounts, passwordOf } from './support/accounts.js';
import { digestOf, type Registry, randomBlob, startRegistry } from './support/registry.js';
import { handlersOf } from './support/routes.js';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const USERS = ['anonymous', 'reader', 'writer', 'tagger', 'deleter', 'admin'] as const;
type User = (typeof USERS)[number];

const policy = Policy.parse({
  rules: [
    { name: 'public', effect: 'allow', anonymous: true, repositories: ['public/**'], actions: ['pull'] },
    { name: 'read', effect: 'allow', principals: ['*er'], repositories: ['team/**'], actions: ['pull'] },
    { name: 'list', effect: 'allow', principals: ['*er'], actions: ['catalog'] },
    {
      name: 'write',
      effect: 'allow',
      principals: ['writer'],
      repositories: ['team/**'],
      actions: ['push', 'overwrite'],
    },
    { name: 'tag', effect: 'allow', principals: ['tagger'], repositories: ['team/**'], actions: ['push'] },
    { name: 'delete', effect: 'allow', principals: ['deleter'], repositories: ['team/**'], actions: ['delete'] },
    { name: 'all', effect: 'allow', groups: ['administrators'] },
  ],
});

/** What a test finds in its repository. */
interface Content {
  readonly name: string;
  readonly blob: string;
  /** Of the manifest with the tag `old`. */
  readonly digest: string;
  readonly upload: string;
}

/** Text, because the client of the tests makes JSON of the bytes of JSON. */
interface Body {
  readonly type: string;
  readonly content: Buffer | string;
}

interface Row {
  /** The name of the handler. */
  readonly route: string;
  readonly what?: string;
  readonly method: 'head' | 'get' | 'post' | 'put' | 'patch' | 'delete';
  path(content: Content): string;
  body?(content: Content): Body;
  /** The status for who may do this, and who that is; the anonymous get 401, and all others 403. */
  readonly status: number;
  readonly may: readonly User[];
}

const EVERYBODY = USERS;
const READERS = USERS.filter((user) => user !== 'anonymous');
const PUSHERS = ['writer', 'tagger', 'admin'] as const;
const OVERWRITERS = ['writer', 'admin'] as const;
const DELETERS = ['deleter', 'admin'] as const;

const other = randomBlob();
const bytes = { type: 'application/octet-stream', content: other.content };
const manifestOf = (blob: string, note: string) => ({
  type: MANIFEST_TYPE,
  content: JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: blob, size: 1024 },
    layers: [],
    annotations: { note },
  }),
});
const old = ({ blob }: Content) => manifestOf(blob, 'old');
const changed = ({ blob }: Content) => manifestOf(blob, 'changed');
const digestOfChanged = (content: Content) => digestOf(changed(content).content);

const TABLE: readonly Row[] = [
  { route: 'getToken', method: 'get', path: () => '/token', status: 404, may: EVERYBODY },
  { route: 'postToken', method: 'post', path: () => '/token', status: 404, may: EVERYBODY },
  { route: 'revokeToken', method: 'post', path: () => '/token/revoke', status: 404, may: EVERYBODY },
  { route: 'getKeySet', method: 'get', path: () => '/.well-known/jwks.json', status: 404, may: EVERYBODY },
  {
    route: 'revokeRefreshTokens',
    method: 'delete',
    path: () => '/api/v1/refresh-tokens?user=nobody',
    status: 200,
    may: ['admin'],
  },
  {
    route: 'createKey',
    method: 'post',
    path: () => '/api/v1/keys',
    body: () => ({ type: 'application/json', content: '{"name":"ci","grants":[{"actions":["pull"]}]}' }),
    status: 201,
    may: ['admin'],
  },
  { route: 'listKeys', method: 'get', path: () => '/api/v1/keys', status: 200, may: ['admin'] },
  { route: 'revokeKey', method: 'delete', path: () => '/api/v1/keys/0000000000000000', status: 404, may: ['admin'] },
  { route: 'headManifest', method: 'head', path: ({ name }) => `/v2/${name}/manifests/old`, status: 200, may: READERS },
  { route: 'getManifest', method: 'get', path: ({ name }) => `/v2/${name}/manifests/old`, status: 200, may: READERS },
  {
    route: 'getManifest',
    what: 'by digest',
    method: 'get',
    path: ({ name, digest }) => `/v2/${name}/manifests/${digest}`,
    status: 200,
    may: READERS,
  },
  {
    route: 'putManifest',
    what: 'under a new tag',
    method: 'put',
    path: ({ name }) => `/v2/${name}/manifests/new`,
    body: changed,
    status: 201,
    may: PUSHERS,
  },
  {
    route: 'putManifest',
    what: 'under a tag that is there',
    method: 'put',
    path: ({ name }) => `/v2/${name}/manifests/old`,
    body: changed,
    status: 201,
    may: OVERWRITERS,
  },
  {
    route: 'putManifest',
    what: 'under the tag that it has',
    method: 'put',
    path: ({ name }) => `/v2/${name}/manifests/old`,
    body: old,
    status: 201,
    may: PUSHERS,
  },
  {
    route: 'putManifest',
    what: 'under its digest',
    method: 'put',
    path: (content) => `/v2/${content.name}/manifests/${digestOfChanged(content)}`,
    body: changed,
    status: 201,
    may: PUSHERS,
  },
  {
    route: 'putManifest',
    what: 'under new tags',
    method: 'put',
    path: (content) => `/v2/${content.name}/manifests/${digestOfChanged(content)}?tag=a&tag=b`,
    body: changed,
    status: 201,
    may: PUSHERS,
  },
  {
    route: 'putManifest',
    what: 'under tags of which one is there',
    method: 'put',
    path: (content) => `/v2/${content.name}/manifests/${digestOfChanged(content)}?tag=a&tag=old`,
    body: changed,
    status: 201,
    may: OVERWRITERS,
  },
  {
    route: 'deleteManifest',
    what: 'by tag',
    method: 'delete',
    path: ({ name }) => `/v2/${name}/manifests/old`,
    status: 202,
    may: DELETERS,
  },
  {
    route: 'deleteManifest',
    what: 'by digest',
    method: 'delete',
    path: ({ name, digest }) => `/v2/${name}/manifests/${digest}`,
    status: 202,
    may: DELETERS,
  },
  { route: 'listTags', method: 'get', path: ({ name }) => `/v2/${name}/tags/list`, status: 200, may: READERS },
  {
    route: 'listReferrers',
    method: 'get',
    path: ({ name, digest }) => `/v2/${name}/referrers/${digest}`,
    status: 200,
    may: READERS,
  },
  {
    route: 'headBlob',
    method: 'head',
    path: ({ name, blob }) => `/v2/${name}/blobs/${blob}`,
    status: 200,
    may: READERS,
  },
  { route: 'getBlob', method: 'get', path: ({ name, blob }) => `/v2/${name}/blobs/${blob}`, status: 200, may: READERS },
  {
    route: 'deleteBlob',
    method: 'delete',
    path: ({ name, blob }) => `/v2/${name}/blobs/${blob}`,
    status: 202,
    may: DELETERS,
  },
  { route: 'startUpload', method: 'post', path: ({ name }) => `/v2/${name}/blobs/uploads/`, status: 202, may: PUSHERS },
  {
    route: 'startUpload',
    what: 'with the content',
    method: 'post',
    path: ({ name }) => `/v2/${name}/blobs/uploads/?digest=${other.digest}`,
    body: () => bytes,
    status: 201,
    may: PUSHERS,
  },
  {
    route: 'appendChunk',
    method: 'patch',
    path: ({ name, upload }) => `/v2/${name}/blobs/uploads/${upload}`,
    body: () => bytes,
    status: 202,
    may: PUSHERS,
  },
  {
    route: 'finishUpload',
    method: 'put',
    path: ({ name, upload }) => `/v2/${name}/blobs/uploads/${upload}?digest=${other.digest}`,
    body: () => bytes,
    status: 201,
    may: PUSHERS,
  },
  {
    route: 'headUpload',
    method: 'head',
    path: ({ name, upload }) => `/v2/${name}/blobs/uploads/${upload}`,
    status: 204,
    may: PUSHERS,
  },
  {
    route: 'getUpload',
    method: 'get',
    path: ({ name, upload }) => `/v2/${name}/blobs/uploads/${upload}`,
    status: 204,
    may: PUSHERS,
  },
  {
    route: 'cancelUpload',
    method: 'delete',
    path: ({ name, upload }) => `/v2/${name}/blobs/uploads/${upload}`,
    status: 204,
    may: PUSHERS,
  },
  { route: 'listRepositories', method: 'get', path: () => '/v2/_catalog', status: 200, may: READERS },
  { route: 'getBase', method: 'get', path: () => '/v2/', status: 200, may: READERS },
  { route: 'getHealth', method: 'get', path: () => '/healthz', status: 200, may: EVERYBODY },
  { route: 'getOpenApi', method: 'get', path: () => '/openapi.json', status: 200, may: EVERYBODY },
  { route: 'getDocs', method: 'get', path: () => '/docs', status: 200, may: EVERYBODY },
  { route: 'getDocsFile', method: 'get', path: () => '/docs/page.js', status: 200, may: EVERYBODY },
];

describe('access', () => {
  let registry: Registry;
  let repositories = 0;

  beforeAll(async () => {
    const accounts = new Accounts({ reader: [], writer: [], tagger: [], deleter: [], admin: ['administrators'] });
    registry = await startRegistry({}, { auth: { authenticators: [accounts], authorizer: policy } });
  });
  afterAll(() => registry.close());

  function ask(user: User, method: Row['method'], path: string, body?: Body) {
    const request = registry.client()[method](path);
    if (user !== 'anonymous') request.auth(user, passwordOf(user));
    return body ? request.set('Content-Type', body.type).send(body.content) : request;
  }

  /** Makes a repository with a blob, a manifest with a tag, and an upload. */
  async function prepare(folder = 'team'): Promise<Content> {
    const name = `${folder}/${repositories++}`;
    const { content, digest: blob } = randomBlob();
    const body = { type: 'application/octet-stream', content };
    await ask('admin', 'post', `/v2/${name}/blobs/uploads/?digest=${blob}`, body).expect(201);
    const manifest = manifestOf(blob, 'old');
    await ask('admin', 'put', `/v2/${name}/manifests/old`, manifest).expect(201);
    const { headers } = await ask('admin', 'post', `/v2/${name}/blobs/uploads/`).expect(202);
    return { name, blob, digest: digestOf(manifest.content), upload: String(headers['docker-upload-uuid']) };
  }

  it('is declared by every route, and each is in the table', () => {
    const reflector = registry.app.get(Reflector);
    const handlers = handlersOf(registry.app);
    expect(handlers.length).toBeGreaterThan(15);
    expect(handlers.filter((handler) => !reflector.get(Access, handler)).map(({ name }) => name)).toEqual([]);
    const inTable = new Set(TABLE.map(({ route }) => route));
    expect(handlers.map(({ name }) => name).filter((name) => !inTable.has(name))).toEqual([]);
  });

  describe.each(TABLE.map((row) => [[row.route, row.what].filter(Boolean).join(' '), row] as const))('%s', (_, row) => {
    const refused = (user: User) => (user === 'anonymous' ? 401 : 403);
    const expected = USERS.map((user) => [user, row.may.includes(user) ? row.status : refused(user)] as const);

    it.each(expected)('of %s: %i', async (user, status) => {
      const content = await prepare();
      const response = await ask(user, row.method, row.path(content), row.body?.(content));
      expect([user, response.status]).toEqual([user, status]);
      expect(response.headers['www-authenticate']).toBe(status === 401 ? 'Basic realm="Stowage"' : undefined);
      if (row.may.includes(user) || row.method === 'head') return;
      expect(response.body.errors[0].code).toBe(status === 401 ? 'UNAUTHORIZED' : 'DENIED');
      // Nothing has come of it.
      const { headers } = await ask('admin', 'head', `/v2/${content.name}/manifests/old`).expect(200);
      expect(headers['docker-content-digest']).toBe(content.digest);
      const tags = await ask('admin', 'get', `/v2/${content.name}/tags/list`);
      expect(tags.body.tags).toEqual(['old']);
      await ask('admin', 'head', `/v2/${content.name}/blobs/${content.blob}`).expect(200);
      await ask('admin', 'head', `/v2/${content.name}/blobs/uploads/${content.upload}`).expect(204);
    });
  });

  it('lets the anonymous have what is public, and nothing else', async () => {
    const { name, blob, digest } = await prepare('public');
    await ask('anonymous', 'get', `/v2/${name}/manifests/${digest}`).expect(200);
    await ask('anonymous', 'get', `/v2/${name}/blobs/${blob}`).expect(200);
    await ask('anonymous', 'post', `/v2/${name}/blobs/uploads/`).expect(401);
    await ask('anonymous', 'delete', `/v2/${name}/manifests/old`).expect(401);
    await ask('reader', 'get', `/v2/${name}/manifests/${digest}`).expect(200);
  });

  it('does not take wrong credentials for none', async () => {
    const { name } = await prepare('public');
    const path = `/v2/${name}/manifests/old`;
    for (const header of [
      'Basic',
      'Basic !',
      'Basic cmVhZGVy',
      `Basic ${btoa('reader:wrong')}`,
      'Bearer x',
      'bearer',
    ]) {
      const { status, headers } = await registry.client().get(path).set('Authorization', header);
      expect([header, status, headers['www-authenticate']]).toEqual([header, 401, 'Basic realm="Stowage"']);
    }
    await registry.client().get(path).set('Authorization', 'Negotiate abc').expect(200);
    await registry.client().get('/v2/').set('Authorization', 'Negotiate abc').expect(401);
    await registry
      .client()
      .get(path)
      .set('Authorization', `bAsIc  ${btoa('reader:reader-password')}`)
      .expect(200);
  });

  it('says the same of names and paths that are there and that are not', async () => {
    const { name } = await prepare('secret');
    for (const path of ['manifests/old', 'tags/list', `blobs/${other.digest}`]) {
      const there = await ask('reader', 'get', `/v2/${name}/${path}`).expect(403);
      const nowhere = await ask('reader', 'get', `/v2/secret/nowhere/${path}`).expect(403);
      expect(JSON.stringify(there.body).replaceAll(name, 'secret/nowhere')).toBe(JSON.stringify(nowhere.body));
    }
  });

  describe('a mount', () => {
    const mount = (user: User, to: string, blob: string, from?: string) =>
      ask(user, 'post', `/v2/${to}/blobs/uploads/?mount=${blob}${from === undefined ? '' : `&from=${from}`}`);

    it('takes from a repository that may be pulled', async () => {
      const [source, { name }] = [await prepare(), await prepare()];
      await mount('tagger', name, source.blob, source.name).expect(201);
      await ask('tagger', 'head', `/v2/${name}/blobs/${source.blob}`).expect(200);
    });

    it.each([
      ['that may not be pulled', async () => (await prepare('secret')).name],
      ['that is not there', async () => 'secret/nowhere'],
      ['whose name is none', async () => 'Secret//x'],
    ])('from a repository %s starts an upload, and tells nothing', async (_, nameOf) => {
      const source = await prepare('secret');
      const { name } = await prepare();
      const response = await mount('tagger', name, source.blob, encodeURIComponent(await nameOf()));
      expect([response.status, response.text]).toEqual([202, '']);
      await ask('tagger', 'head', `/v2/${name}/blobs/${source.blob}`).expect(404);
    });

    it('from anywhere takes only what may be pulled', async () => {
      const [secret, open, { name }] = [await prepare('secret'), await prepare(), await prepare()];
      await mount('tagger', name, secret.blob).expect(202);
      await mount('tagger', name, open.blob).expect(201);
    });

    it('needs the right to push, too', async () => {
      const [source, { name }] = [await prepare(), await prepare()];
      await mount('reader', name, source.blob, source.name).expect(403);
      await mount('anonymous', name, source.blob, source.name).expect(401);
    });
  });

  it('shows of the catalog what may be pulled, in full pages', async () => {
    const folders = ['team', 'secret', 'public', 'secret', 'team', 'secret'];
    for (const folder of folders) await prepare(folder);
    const all: string[] = (await ask('admin', 'get', '/v2/_catalog').expect(200)).body.repositories;
    const visible = all.filter((name) => !name.startsWith('secret/'));
    expect(visible.length).toBeLessThan(all.length);
    const seen: string[] = [];
    let next: string | undefined = '/v2/_catalog?n=2';
    while (next !== undefined) {
      const { body, headers }: Response = await ask('reader', 'get', next).expect(200);
      seen.push(...body.repositories);
      next = /^<(.*)>/.exec(headers.link ?? '')?.[1];
      expect(body.repositories).toHaveLength(
        next === undefined ? visible.length - seen.length + body.repositories.length : 2,
      );
    }
    expect(seen).toEqual(visible);
  });
});

import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RegistryConfigInput } from '../src/config/index.js';
import { pushImage } from './support/images.js';
import { logged, pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';
import { Wire } from './support/wire.js';

describe('HTTP', () => {
  let registry: Registry;
  const client = () => registry.client();

  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.close());

  it.each(['/v2/', '/v2'])('names the API at %s', async (path) => {
    const response = await client().get(path).expect(200);
    expect(response.headers).toMatchObject({
      'docker-distribution-api-version': 'registry/2.0',
      'content-type': 'application/json',
      'content-length': '2',
    });
    expect(response.body).toEqual({});
    expect(response.headers.date).toBeDefined();
    expect(response.headers['x-powered-by']).toBeUndefined();
  });

  it.each([
    ['http://registry.example/v2/', true],
    ['/v2?n=1', true],
    ['/v20', false],
    ['/healthz', false],
  ])('names the API of the target %s: %p', async (target, isNamed) => {
    const wire = await Wire.open(registry.url);
    const { headers } = await wire.send('GET', target).answer();
    wire.close();
    expect(headers.get('docker-distribution-api-version')).toBe(isNamed ? 'registry/2.0' : undefined);
  });

  it('is alive', async () => {
    expect((await client().get('/healthz').expect(200)).body).toEqual({ status: 'ok' });
  });

  it.each(['a%2Fb%2Fc', 'a/b%2Fc', 'a/b/c'])('takes the slashes of a name as they are or escaped: %s', async (name) => {
    const { content, digest } = randomBlob();
    await pushBlob(registry, 'a/b/c', content);
    await client().get(`/v2/${name}/blobs/${digest}`).expect(200);
  });

  it('takes names whose components are words of the API', async () => {
    const names = ['blobs/uploads', 'manifests/latest', 'a/blobs/uploads/b', 'tags/list', 'referrers/x'];
    for (const name of names) {
      const image = await pushImage(registry, name, 'latest');
      await client().get(`/v2/${name}/manifests/latest`).expect(200).expect('Docker-Content-Digest', image.digest);
      expect((await client().get(`/v2/${name}/tags/list`).expect(200)).body).toEqual({ name, tags: ['latest'] });
    }
  });

  it.each(['UPPER', 'a..b', '-a', '_reserved', `a/${'b'.repeat(254)}`, '..%2f..%2fetc', 'a%00b'])(
    'refuses the name %s',
    async (name) => {
      const response = await client().get(`/v2/${name}/tags/list`).expect(400);
      expect(response.body.errors[0].code).toBe('NAME_INVALID');
    },
  );

  it.each([
    ['post', '/v2/', 405, 'GET, HEAD'],
    ['put', '/v2/_catalog', 405, 'GET, HEAD'],
    ['post', '/v2/a/manifests/latest', 405, 'DELETE, GET, HEAD, PUT'],
    ['patch', '/v2/a/blobs/uploads/', 405, 'POST'],
    ['post', '/v2/a/tags/list', 405, 'GET, HEAD'],
  ] as const)('answers %s %s with 405 and what is allowed', async (method, path, status, allow) => {
    const response = await client()[method](path).expect(status);
    expect(response.headers.allow).toBe(allow);
    expect(response.body.errors[0].code).toBe('UNSUPPORTED');
  });

  it.each(['/', '/nowhere', '/v1/', '/v2/a/b/c', '/v2/a/signatures/x'])(
    'answers %s with 404 and an error body',
    async (path) => {
      const response = await client().get(path).expect(404).expect('Content-Type', 'application/json');
      expect(response.body).toEqual({ errors: [{ code: 'UNSUPPORTED', message: 'no such route' }] });
    },
  );

  it.each([
    ['a path that cannot be decoded', 'GET /v2/%ZZ/tags/list HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
    ['no HTTP at all', 'what is this?\r\n\r\n', 400],
    ['headers without end', `GET /v2/ HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, 431],
  ])('answers %s with an error body', async (_case, request, status) => {
    const answer = await exchange(registry.url, request);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('Date: ');
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
    expect(body.errors).toEqual([expect.objectContaining({ code: 'UNSUPPORTED' })]);
  });

  it('sends no body to a HEAD that fails', async () => {
    const response = await client().head('/v2/a/manifests/unknown').expect(404);
    expect(response.text ?? '').toBe('');
  });

  it('logs one line a request, with its route and its repository', async () => {
    await client()
      .get('/v2/some/where/tags/list?secret=1')
      .set('X-Request-Id', 'my-id')
      .expect('X-Request-Id', 'my-id');
    expect(await logged(registry, 'my-id')).toMatchObject({
      method: 'GET',
      route: 'listTags',
      name: 'some/where',
      status: 404,
    });
    expect(JSON.stringify(registry.log)).not.toContain('secret');
  });
});

describe('Location', () => {
  let registry: Registry | undefined;
  afterEach(() => registry?.close());

  const FORWARDED = {
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'registry.example',
    'X-Forwarded-Prefix': '/images',
  };

  async function locationWith(
    http: RegistryConfigInput['http'],
    headers: Record<string, string> = {},
  ): Promise<string> {
    registry = await startRegistry({ http: { ...http } });
    const response = await registry.client().post('/v2/a/blobs/uploads/').set(headers).expect(202);
    return String(response.headers.location)
      .replace(/[0-9a-f-]{36}$/, '<id>')
      .replace(registry.url, '<url>');
  }

  it('is a path', async () => {
    expect(await locationWith({})).toBe('/v2/a/blobs/uploads/<id>');
  });

  it('is a URL where that is configured', async () => {
    expect(await locationWith({ location: 'absolute' })).toBe('<url>/v2/a/blobs/uploads/<id>');
  });

  it('does not believe just anybody who says that it is a proxy', async () => {
    expect(await locationWith({ location: 'absolute' }, FORWARDED)).toBe('<url>/v2/a/blobs/uploads/<id>');
  });

  it('believes a proxy that is configured', async () => {
    const location = await locationWith({ location: 'absolute', trustedProxies: ['127.0.0.0/8'] }, FORWARDED);
    expect(location).toBe('https://registry.example/images/v2/a/blobs/uploads/<id>');
  });

  it('is below the public URL where there is one', async () => {
    const location = await locationWith({ publicUrl: 'https://registry.example/images' }, FORWARDED);
    expect(location).toBe('https://registry.example/images/v2/a/blobs/uploads/<id>');
  });
});

/** Sends bytes as they are, and reads until the server closes. */
async function exchange(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(request);
  return text(socket);
}

import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { StorageDriver, StorageUnavailableError } from '#libs/storage';
import { digestOf, logged, pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';

const NAME = 'library/app';
const SECRET = 'hunter2';
const { content, digest } = randomBlob(100_000);

/** As the SDKs have them: with the request on it, and a URL that was signed. */
function unavailable(retryAfter = 1_500): StorageUnavailableError {
  const message = `GET https://store.example.com/bucket/key?X-Amz-Signature=${SECRET}&a=b failed: connect ECONNREFUSED`;
  const cause = Object.assign(new Error(message), { request: { headers: { authorization: SECRET } } });
  return new StorageUnavailableError('s3', 'get', retryAfter, { cause });
}

describe('while the storage is not available', () => {
  let registry: Registry;

  beforeAll(async () => {
    registry = await startRegistry();
    await pushBlob(registry, NAME, content);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => registry.close());

  function failAt(operation: 'getContent' | 'list' | 'putAll' | 'writer', failure = unavailable()): void {
    // Of whatever type: it never comes to a result.
    jest.spyOn(registry.app.get(StorageDriver), operation as 'list').mockRejectedValue(failure);
  }

  it('a client is told to try again, and nothing of what lies behind', async () => {
    failAt('getContent');
    const { headers, body } = await registry.client().get(`/v2/${NAME}/blobs/${digest}`).expect(503);
    expect(headers['retry-after']).toBe('2');
    expect(body).toEqual({ errors: [{ code: 'UNAVAILABLE', message: 'the storage is not available; try again' }] });
    expect(headers).not.toHaveProperty('cache-control');
  });

  it('a client is never told to try at once', async () => {
    failAt('getContent', unavailable(0));
    await registry.client().get(`/v2/${NAME}/blobs/${digest}`).expect(503).expect('Retry-After', '1');
  });

  it('the log says why, once, and without secrets', async () => {
    failAt('getContent');
    const before = registry.log.length;
    await registry.client().get(`/v2/${NAME}/blobs/${digest}`).set('X-Request-Id', 'down').expect(503);
    await logged(registry, 'down');
    const lines = registry.log.slice(before).filter(({ msg }) => msg !== 'request');
    expect(lines).toMatchObject([
      {
        level: 'warn',
        msg: 'StorageUnavailableError: the s3 storage is not available: get failed; caused by Error: GET https://store.example.com/bucket/key failed: connect ECONNREFUSED',
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });

  it('a blob that breaks off is logged, too', async () => {
    jest.spyOn(registry.app.get(StorageDriver), 'send').mockImplementation(async (_path, sink) => {
      sink.write(content.subarray(0, 10));
      throw unavailable();
    });
    const before = registry.log.length;
    const broken = registry.client().get(`/v2/${NAME}/blobs/${digest}`).set('X-Request-Id', 'broken');
    await expect(broken).rejects.toThrow(/aborted|hang up/);
    await logged(registry, 'broken');
    expect(registry.log.slice(before)).toContainEqual(expect.objectContaining({ level: 'warn' }));
  });

  it('an upload stays where it was, and goes on when the storage is back', async () => {
    const start = await registry.client().post(`/v2/${NAME}/blobs/uploads/`).expect(202);
    const location = String(start.headers.location);
    const [first, second] = [content.subarray(0, 40_000), content.subarray(40_000)];
    const append = (chunk: Buffer) =>
      registry.client().patch(location).set('Content-Type', 'application/octet-stream').send(chunk);
    await append(first).expect(202);
    failAt('writer');
    const { headers } = await append(second).expect(503);
    expect(headers).toMatchObject({ location, 'retry-after': '2' });
    jest.restoreAllMocks();
    await registry.client().get(location).expect(204).expect('Range', '0-39999');
    await append(second).expect(202);
    await registry.client().put(`${location}?digest=${digest}`).expect(201);
  });

  it('nothing is acknowledged that is not stored', async () => {
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [],
    });
    failAt('putAll');
    const push = () =>
      registry
        .client()
        .put(`/v2/${NAME}/manifests/latest`)
        .set('Content-Type', 'application/vnd.oci.image.index.v1+json')
        .send(manifest);
    await push().expect(503).expect('Retry-After', '2');
    jest.restoreAllMocks();
    await registry.client().get(`/v2/${NAME}/manifests/latest`).expect(404);
    await push().expect(201).expect('Docker-Content-Digest', digestOf(manifest));
  });

  it('lists are refused, and the process is still alive', async () => {
    failAt('list');
    await registry.client().get('/v2/_catalog').expect(503);
    await registry.client().get('/healthz').expect(200);
    await registry.client().get('/v2/').expect(200);
  });
});

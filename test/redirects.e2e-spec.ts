import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { StorageDriver, StorageUnavailableError } from '#libs/storage';
import { pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';

const NAME = 'library/app';
const { content: LARGE, digest: DIGEST } = randomBlob(200_000);
const { content: MEDIUM, digest: MEDIUM_DIGEST } = randomBlob(100_000);
const PATH = `/docker/registry/v2/blobs/sha256/${DIGEST.slice(7, 9)}/${DIGEST.slice(7)}/data`;
const URL_OF_STORE = 'https://store.example.com/blob?signature=secret';

describe('a blob that the store can send', () => {
  let registry: Registry;
  let asked: jest.Spied<StorageDriver['redirectUrl']>;

  const get = (headers: Record<string, string> = {}, digest = DIGEST) =>
    registry.client().get(`/v2/${NAME}/blobs/${digest}`).redirects(0).set(headers);

  async function start(redirect: { minSize?: number; networks?: string[] } = {}): Promise<void> {
    registry = await startRegistry({
      http: { trustedProxies: ['127.0.0.1'] },
      storage: { driver: 'inmemory', redirect },
    });
    for (const content of [LARGE, MEDIUM]) await pushBlob(registry, NAME, content);
    asked = jest.spyOn(registry.app.get(StorageDriver), 'redirectUrl').mockResolvedValue(URL_OF_STORE);
  }

  beforeEach(() => start());
  afterEach(() => registry.close());

  it.each<[string, Record<string, string>]>([
    ['whole', {}],
    ['in part', { Range: 'bytes=500-1499' }],
    ['from its end', { Range: 'bytes=-5' }],
  ])('is left to it %s', async (_case, request) => {
    const { headers, text } = await get(request).expect(307);
    expect(headers).toMatchObject({
      location: URL_OF_STORE,
      'docker-content-digest': DIGEST,
      'cache-control': 'no-store',
      'content-length': '0',
    });
    for (const name of ['etag', 'accept-ranges', 'content-range']) expect(headers).not.toHaveProperty(name);
    expect(text).toBe('');
    expect(asked.mock.calls).toEqual([[PATH, { method: 'GET', remoteAddress: '127.0.0.1' }]]);
  });

  it.each<[string, Record<string, string>, number]>([
    ['several ranges', { Range: 'bytes=0-9,20-29' }, 206],
    ['what is no range', { Range: 'bytes=x' }, 200],
    ['a range that depends on what the client has', { Range: 'bytes=0-9', 'If-Range': `"${DIGEST}"` }, 206],
    ['If-Match', { 'If-Match': '"x"' }, 200],
    ['If-Modified-Since', { 'If-Modified-Since': new Date().toUTCString() }, 200],
    ['If-Unmodified-Since', { 'If-Unmodified-Since': new Date(0).toUTCString() }, 200],
    ['If-None-Match', { 'If-None-Match': `"${DIGEST}"` }, 304],
    ['a range behind the end', { Range: 'bytes=200000-' }, 416],
  ])('is answered by the registry to %s', async (_case, headers, status) => {
    const response = await get(headers).expect(status);
    expect(response.headers).not.toHaveProperty('location');
    expect(asked).not.toHaveBeenCalled();
  });

  it('tells its size to a HEAD', async () => {
    const { headers } = await registry.client().head(`/v2/${NAME}/blobs/${DIGEST}`).expect(200);
    expect(headers['content-length']).toBe(String(LARGE.length));
    expect(headers).not.toHaveProperty('location');
  });

  it('is sent by the registry when it is small', async () => {
    const { body } = await get({}, MEDIUM_DIGEST).expect(200);
    expect(MEDIUM.equals(body)).toBe(true);
  });

  it('is sent by the registry when the store has no URL', async () => {
    asked.mockResolvedValue(null);
    const { body, headers } = await get().expect(200);
    expect(LARGE.equals(body)).toBe(true);
    expect(headers).toMatchObject({ 'cache-control': 'max-age=31536000', etag: `"${DIGEST}"` });
  });

  it('is not in a repository that does not have it', async () => {
    await registry.client().get(`/v2/other/blobs/${DIGEST}`).redirects(0).expect(404);
    expect(asked).not.toHaveBeenCalled();
  });

  it('is not to be had while the store is not available', async () => {
    asked.mockRejectedValue(new StorageUnavailableError('s3', 'sign', 2_000));
    const { headers } = await get().expect(503).expect('Retry-After', '2');
    expect(headers).not.toHaveProperty('docker-content-digest');
  });

  it.each([
    [50_000, 307],
    [100_000, 307],
    [100_001, 200],
  ])('of 100,000 bytes is left to it or not where %d are the least', async (minSize, status) => {
    await registry.close();
    await start({ minSize });
    await get({}, MEDIUM_DIGEST).expect(status);
  });

  it.each([
    ['192.0.2.7', 307],
    ['192.0.3.7', 200],
    ['198.51.100.1', 307],
    ['198.51.100.2', 200],
    ['::ffff:192.0.2.7', 307],
    ['2001:db8::1', 307],
    ['2001:db9::1', 200],
  ])('is left to it for clients in networks: %s gets %d', async (address, status) => {
    await registry.close();
    await start({ networks: ['192.0.2.0/24', '198.51.100.1', '2001:db8::/32'] });
    await get({ 'X-Forwarded-For': address }).expect(status);
    await get().expect(200);
  });
});

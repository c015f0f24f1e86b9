import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RegistryConfigInput } from '../src/config/index.js';
import { logged, pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';

type HttpInput = NonNullable<RegistryConfigInput['http']>;

const NAME = 'library/app';
const { content: LARGE, digest: DIGEST } = randomBlob(100_000);
const { content: SMALL, digest: SMALL_DIGEST } = randomBlob(64 * 1024);
const PROXIED = { 'X-Forwarded-For': '192.0.2.7' };
const PATH = `/docker/registry/v2/blobs/sha256/${DIGEST.slice(7, 9)}/${DIGEST.slice(7)}/data`;

describe('a blob that the proxy can send', () => {
  let root: string;
  let registry: Registry;

  const start = (http: HttpInput) => startRegistry({ http, storage: { driver: 'filesystem', filesystem: { root } } });
  const get = (headers: Record<string, string> = {}, digest = DIGEST) =>
    registry.client().get(`/v2/${NAME}/blobs/${digest}`).set(headers);

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'stowage-sendfile-'));
    registry = await start({ sendfile: 'x-accel-redirect', trustedProxies: ['127.0.0.1'] });
    for (const content of [LARGE, SMALL]) await pushBlob(registry, NAME, content);
  });
  afterAll(async () => {
    await registry.close();
    await rm(root, { recursive: true });
  });

  it('is named to the proxy by the location that is configured, with all headers and without a body', async () => {
    const { headers, body } = await get(PROXIED).expect(200);
    expect(headers).toMatchObject({
      'accept-ranges': 'bytes',
      'cache-control': 'max-age=31536000',
      'content-length': '0',
      'content-type': 'application/octet-stream',
      'docker-content-digest': DIGEST,
      etag: `"${DIGEST}"`,
      'x-accel-redirect': `/stowage-content${PATH}`,
    });
    expect(headers).not.toHaveProperty('x-sendfile');
    expect(body).toHaveLength(0);
  });

  it.each(['bytes=500-1499', 'bytes=-5', 'bytes=0-'])('leaves %s to the proxy', async (range) => {
    const { headers } = await get({ ...PROXIED, Range: range }).expect(200);
    expect(headers).toHaveProperty('x-accel-redirect');
    expect(headers).not.toHaveProperty('content-range');
  });

  it('is logged as sent by the proxy', async () => {
    await get({ ...PROXIED, 'X-Request-Id': 'by-proxy' });
    await get({ 'X-Request-Id': 'by-us' });
    const byProxy = await logged(registry, 'by-proxy');
    expect(byProxy).toMatchObject({ status: 200, sentByProxy: true, remoteAddress: '192.0.2.7' });
    expect(byProxy.bytes).toBeLessThan(LARGE.length);
    const byUs = await logged(registry, 'by-us');
    expect(byUs).not.toHaveProperty('sentByProxy');
    expect(byUs.bytes).toBeGreaterThan(LARGE.length);
  });

  it.each<[string, Record<string, string>, number, number]>([
    ['a client that asks directly', {}, 200, LARGE.length],
    ['several ranges', { ...PROXIED, Range: 'bytes=0-9,20-29' }, 206, 200],
    ['ranges that make one', { ...PROXIED, Range: 'bytes=0-9,10-19' }, 206, 20],
    ['what is no range', { ...PROXIED, Range: 'bytes=x' }, 200, LARGE.length],
    ['a range of other content', { ...PROXIED, Range: 'bytes=0-9', 'If-Range': '"x"' }, 200, LARGE.length],
    ['If-Match', { ...PROXIED, 'If-Match': '"x"' }, 200, LARGE.length],
    ['If-Modified-Since', { ...PROXIED, 'If-Modified-Since': new Date().toUTCString() }, 200, LARGE.length],
    ['If-Unmodified-Since', { ...PROXIED, 'If-Unmodified-Since': new Date(0).toUTCString() }, 200, LARGE.length],
    ['If-None-Match', { ...PROXIED, 'If-None-Match': `"${DIGEST}"` }, 304, 0],
    ['a range behind the end', { ...PROXIED, Range: 'bytes=100000-' }, 416, 1],
  ])('is answered by the registry to %s', async (_case, headers, status, least) => {
    const response = await get(headers).expect(status);
    expect(response.headers).not.toHaveProperty('x-accel-redirect');
    expect(Number(response.headers['content-length'] ?? 0)).toBeGreaterThanOrEqual(least);
  });

  it('is sent by the registry when it is small', async () => {
    const response = await get(PROXIED, SMALL_DIGEST).expect(200);
    expect(response.headers).not.toHaveProperty('x-accel-redirect');
    expect(SMALL.equals(response.body)).toBe(true);
  });

  it('tells its size to a HEAD', async () => {
    const { headers } = await registry.client().head(`/v2/${NAME}/blobs/${DIGEST}`).set(PROXIED).expect(200);
    expect(headers['content-length']).toBe(String(LARGE.length));
    expect(headers).not.toHaveProperty('x-accel-redirect');
  });

  it('is not in a repository that does not have it', async () => {
    const { headers, body } = await registry.client().get(`/v2/other/blobs/${DIGEST}`).set(PROXIED).expect(404);
    expect(body.errors[0].code).toBe('BLOB_UNKNOWN');
    expect(headers).not.toHaveProperty('x-accel-redirect');
  });

  it.each<[string, HttpInput]>([
    ['nothing is configured', { trustedProxies: ['127.0.0.1'] }],
    ['the proxy is not trusted', { sendfile: 'x-sendfile', trustedProxies: ['192.0.2.0/24'] }],
  ])('is sent by the registry when %s', async (_case, http) => {
    const other = await start(http);
    const response = await other.client().get(`/v2/${NAME}/blobs/${DIGEST}`).set(PROXIED).expect(200);
    await other.close();
    expect(Object.keys(response.headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^x-(accel|send)/)]),
    );
    expect(LARGE.equals(response.body)).toBe(true);
  });

  it('is named by its file, or by another location, where that is configured', async () => {
    const nameIn = async (http: HttpInput, header: string) => {
      const other = await start({ trustedProxies: ['127.0.0.1'], ...http });
      const { headers } = await other.client().get(`/v2/${NAME}/blobs/${DIGEST}`).set(PROXIED).expect(200);
      await other.close();
      return String(headers[header]);
    };
    const file = await nameIn({ sendfile: 'x-sendfile' }, 'x-sendfile');
    expect(file).toBe(root + PATH);
    expect(LARGE.equals(await readFile(file))).toBe(true);
    const location = await nameIn({ sendfile: 'x-accel-redirect', sendfilePrefix: '/a/b' }, 'x-accel-redirect');
    expect(location).toBe(`/a/b${PATH}`);
  });
});

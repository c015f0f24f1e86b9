import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { digestOf, pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';

const NAME = 'library/app';
const { content: BLOB, digest: DIGEST } = randomBlob(2048);

describe('blobs', () => {
  let registry: Registry;
  const client = () => registry.client();
  const get = (digest = DIGEST) => client().get(`/v2/${NAME}/blobs/${digest}`);

  beforeAll(async () => {
    registry = await startRegistry();
    await pushBlob(registry, NAME, BLOB);
  });
  afterAll(() => registry.close());

  it('come whole, with what a cache needs', async () => {
    const response = await get().expect(200);
    expect(response.headers).toMatchObject({
      'accept-ranges': 'bytes',
      'content-length': '2048',
      'content-type': 'application/octet-stream',
      'docker-content-digest': DIGEST,
      etag: `"${DIGEST}"`,
    });
    expect(BLOB.equals(response.body)).toBe(true);
  });

  it('tell their size without being sent', async () => {
    const response = await client().head(`/v2/${NAME}/blobs/${DIGEST}`).set('Range', 'bytes=0-9').expect(200);
    expect(response.headers).toMatchObject({ 'content-length': '2048', 'docker-content-digest': DIGEST });
  });

  it.each([
    ['bytes=500-1499', 500, 1499],
    ['bytes=500-', 500, 2047],
    ['bytes=-500', 1548, 2047],
    ['bytes=2000-5000', 2000, 2047],
    ['bytes=0-0', 0, 0],
    ['Bytes=0-0', 0, 0],
  ])('come in part: %s', async (range, start, end) => {
    const response = await get().set('Range', range).expect(206);
    expect(response.headers['content-range']).toBe(`bytes ${start}-${end}/2048`);
    expect(response.headers['content-length']).toBe(String(end - start + 1));
    expect(BLOB.subarray(start, end + 1).equals(response.body)).toBe(true);
  });

  it('come in several parts', async () => {
    const response = await fetch(`${registry.url}/v2/${NAME}/blobs/${DIGEST}`, {
      headers: { Range: 'bytes=0-9, 100-109, -5' },
    });
    expect(response.status).toBe(206);
    const [, boundary] =
      /^multipart\/byteranges; boundary=(.+)$/.exec(response.headers.get('content-type') ?? '') ?? [];
    const body = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-length')).toBe(String(body.length));
    const parts = body.toString('latin1').split(`\r\n--${boundary}`);
    expect(parts.at(-1)).toBe('--\r\n');
    expect(parts.slice(1, -1).map((part) => part.split('\r\n\r\n'))).toEqual(
      [
        [0, 9],
        [100, 109],
        [2043, 2047],
      ].map(([start = 0, end = 0]) => [
        `\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ${start}-${end}/2048`,
        BLOB.subarray(start, end + 1).toString('latin1'),
      ]),
    );
  });

  it.each(['bytes=500-0', 'bytes=5000-10000', 'bytes=-0'])('have no part %s', async (range) => {
    const response = await get().set('Range', range).expect(416);
    expect(response.headers['content-range']).toBe('bytes */2048');
    expect(response.body.errors[0].code).toBe('UNSUPPORTED');
  });

  it.each([
    ['another unit', 'lines=1-2'],
    ['no range at all', 'bytes=many'],
    ['too many parts', `bytes=${Array.from({ length: 33 }, (_, index) => `${index * 10}-${index * 10}`).join(',')}`],
  ])('come whole for a range that need not be heeded: %s', async (_case, range) => {
    await get().set('Range', range).expect(200).expect('Content-Length', '2048');
  });

  it.each([
    ['the blob that the client has a part of', `"${DIGEST}"`, 206],
    ['another one', `"${digestOf('other')}"`, 200],
    ['a date', 'Wed, 21 Oct 2015 07:28:00 GMT', 200],
  ])('come in part only if it is a part of what the client has: %s', async (_case, condition, status) => {
    await get().set('Range', 'bytes=0-9').set('If-Range', condition).expect(status);
  });

  it.each([
    ['the digest', `"${DIGEST}"`, 304],
    ['the digest without quotes', DIGEST, 304],
    ['a list with the digest', `"x", W/"${DIGEST}"`, 304],
    ['anything', '*', 304],
    ['another one', '"x"', 200],
  ])('are not sent again to a client that has %s', async (_case, condition, status) => {
    const response = await get().set('If-None-Match', condition).expect(status);
    expect(response.headers.etag).toBe(`"${DIGEST}"`);
  });

  it('are unlinked from one repository, and stay in others', async () => {
    const { content, digest } = randomBlob();
    for (const name of [NAME, 'other']) await pushBlob(registry, name, content);
    await client().delete(`/v2/${NAME}/blobs/${digest}`).expect(202);
    await get(digest).expect(404);
    await client().get(`/v2/other/blobs/${digest}`).expect(200);
    const response = await client().delete(`/v2/${NAME}/blobs/${digest}`).expect(404);
    expect(response.body.errors[0]).toMatchObject({ code: 'BLOB_UNKNOWN', detail: { digest } });
  });

  it('can be pushed again after they were deleted', async () => {
    const { content, digest } = randomBlob();
    await pushBlob(registry, NAME, content);
    await client().delete(`/v2/${NAME}/blobs/${digest}`).expect(202);
    await pushBlob(registry, NAME, content);
    await get(digest).expect(200);
  });

  it.each([
    ['get', digestOf('unknown'), 404, 'BLOB_UNKNOWN'],
    ['get', 'sha256:short', 400, 'DIGEST_INVALID'],
    ['get', `sha256:${'A'.repeat(64)}`, 400, 'DIGEST_INVALID'],
    ['get', 'latest', 400, 'DIGEST_INVALID'],
    ['delete', 'sha384:00', 400, 'DIGEST_INVALID'],
  ] as const)('answer %s of %s with %i %s', async (method, digest, status, code) => {
    const response = await client()[method](`/v2/${NAME}/blobs/${digest}`).expect(status);
    expect(response.body.errors).toEqual([expect.objectContaining({ code })]);
  });

  it('are reachable only through a repository that links them', async () => {
    await client().get(`/v2/stranger/blobs/${DIGEST}`).expect(404);
    await client().head(`/v2/stranger/blobs/${DIGEST}`).expect(404);
  });
});

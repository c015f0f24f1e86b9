import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pushImage } from './support/images.js';
import { digestOf, pushBlob, type Registry, randomBlob, startRegistry } from './support/registry.js';
import { Wire, type WireAnswer } from './support/wire.js';

const NAME = 'library/app';
const { content: BLOB, digest: DIGEST } = randomBlob(100_000);
const INJECTED = '%0d%0aInjected:%20yes';

describe('a hostile request', () => {
  let registry: Registry;
  let wire: Wire;

  beforeAll(async () => {
    registry = await startRegistry();
    await pushBlob(registry, NAME, BLOB);
    for (const tag of ['a', 'b']) await pushImage(registry, NAME, tag);
  });
  afterAll(() => registry.close());

  async function ask(
    method: string,
    target: string,
    headers: Record<string, string | number> = {},
    body = '',
  ): Promise<WireAnswer> {
    wire = await Wire.open(registry.url);
    const answer = await wire.send(method, target, { 'Content-Length': body.length, ...headers }, body).answer(method);
    wire.close();
    return answer;
  }

  async function begin(): Promise<string> {
    return (await ask('POST', `/v2/${NAME}/blobs/uploads/`)).headers.get('location') ?? '';
  }

  describe('whose framing is ambiguous is refused, and its connection closed:', () => {
    const UPLOAD = `/v2/${NAME}/blobs/uploads/?digest=${DIGEST}`;

    it.each([
      ['two lengths', 'Content-Length: 2\r\nContent-Length: 3'],
      ['a length and chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked'],
      ['chunks and a length', 'Transfer-Encoding: chunked\r\nContent-Length: 2'],
      ['chunks that are not the last coding', 'Transfer-Encoding: chunked, identity'],
      ['another coding', 'Transfer-Encoding: xchunked'],
      ['a space before the colon', 'Transfer-Encoding : chunked'],
      ['a folded header', 'Transfer-Encoding:\r\n chunked'],
      ['a negative length', 'Content-Length: -2'],
      ['a length with a sign', 'Content-Length: +2'],
      ['a length in hexadecimal', 'Content-Length: 0x2'],
      ['a length beyond all numbers', `Content-Length: ${'9'.repeat(30)}`],
      ['a NUL in a header', 'Content-Length: 2\r\nX: a\0b'],
      ['a lone carriage return', 'Content-Length: 2\r\nX: a\rTransfer-Encoding: chunked'],
    ])('%s', async (_case, head) => {
      wire = await Wire.open(registry.url);
      wire.sendRaw(
        `POST ${UPLOAD} HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n{}`,
        'GET /v2/ HTTP/1.1\r\nHost: smuggled\r\n\r\n',
      );
      expectError(await wire.answer(), 400, 'UNSUPPORTED');
      expect((await wire.closed()).toString()).toBe('');
    });

    it.each(['zz\r\n', '-1\r\n', '0x1\r\n', `${'f'.repeat(20)}\r\n`, '2\r\nabc\r\n'])(
      'a chunk that is none: %j',
      async (chunk) => {
        const location = await begin();
        wire = await Wire.open(registry.url);
        wire.send('PATCH', location, { 'Transfer-Encoding': 'chunked' }).sendRaw(`2\r\nab\r\n${chunk}`);
        expectError(await wire.answer(), 400, 'UNSUPPORTED');
        await wire.closed();
        expect((await ask('GET', location)).headers.get('range')).toBe('0-0');
      },
    );
  });

  it('must say which host it is for, unless it is of HTTP/1.0', async () => {
    wire = await Wire.open(registry.url);
    expectError(await wire.sendRaw('GET /v2/ HTTP/1.1\r\n\r\n').answer(), 400, 'UNSUPPORTED');
    expect((await wire.sendRaw('GET /v2/ HTTP/1.0\r\n\r\n').answer()).status).toBe(200);
  });

  it.each([
    '0-99999999999999999999',
    '99999999999999999999-99999999999999999999',
    '-1-1',
    '1-0',
    '0-',
    '-1',
    '-',
    '0-1,2-3',
    '0-1-2',
    '0-1/1',
    '0x0-0x1',
    '1e0-1e1',
    'bytes */2',
    'bytes',
    '٠-١',
    '1'.repeat(1_000),
  ])('has its Content-Range refused and leaves the upload alone: %s', async (range) => {
    const location = await begin();
    const headers = { 'Content-Range': range };
    expectError(await ask('PATCH', location, headers, 'ab'), 416, 'BLOB_UPLOAD_INVALID');
    expectError(await ask('PUT', `${location}?digest=${digestOf('ab')}`, headers, 'ab'), 416, 'BLOB_UPLOAD_INVALID');
    expect((await ask('GET', location)).headers.get('range')).toBe('0-0');
  });

  it('may not say twice where its chunk stands', async () => {
    const location = await begin();
    wire = await Wire.open(registry.url);
    wire.sendRaw(`PATCH ${location} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n`);
    wire.sendRaw('Content-Range: 0-1\r\nContent-Range: 0-1\r\n\r\nab');
    expectError(await wire.answer(), 416, 'BLOB_UPLOAD_INVALID');
    wire.close();
  });

  it.each(['POST', 'PUT'])('may not name two digests: %s', async (method) => {
    const target = method === 'POST' ? `/v2/${NAME}/blobs/uploads/` : await begin();
    for (const query of [`digest=${DIGEST}&digest=${DIGEST}`, `digest=${DIGEST}&digest=`, 'digest=', 'digest']) {
      expectError(await ask(method, `${target}?${query}`, {}, 'ab'), 400, 'DIGEST_INVALID');
    }
  });

  describe('for ranges gets at most the blob and a little:', () => {
    const path = `/v2/${NAME}/blobs/${DIGEST}`;
    const times = (count: number, range: (index: number) => string) =>
      Array.from({ length: count }, (_, i) => range(i));

    it.each([
      ['the whole many times', times(10_000, () => '0-')],
      ['overlapping parts', times(5_000, (index) => `${index}-`)],
      ['many single bytes', times(5_000, (index) => `${index * 2}-${index * 2}`)],
      ['many ends', times(5_000, (index) => `-${index + 1}`)],
      ['parts out of order', times(32, (index) => `${90_000 - index * 10}-${90_000 - index * 10}`)],
      ['numbers beyond all', ['0-99999999999999999999999', '1-18446744073709551617']],
    ])('%s', async (_case, ranges) => {
      const { status, body } = await ask('GET', path, { Range: `bytes=${ranges.join(',')}` });
      expect([200, 206]).toContain(status);
      expect(body.length).toBeLessThanOrEqual(BLOB.length + 32 * 200);
    });

    it('with no part, an error that no cache may keep in the place of the blob', async () => {
      const answer = await ask('GET', path, { Range: 'bytes=999999-' });
      expectError(answer, 416, 'UNSUPPORTED');
      expect(answer.headers.get('content-range')).toBe(`bytes */${BLOB.length}`);
      for (const name of ['cache-control', 'etag', 'docker-content-digest', 'accept-ranges']) {
        expect([name, answer.headers.get(name)]).toEqual([name, undefined]);
      }
    });
  });

  it('may list thousands of entity tags', async () => {
    const tags = Array.from({ length: 4_000 }, (_, index) => `"${index}"`).join(',');
    const target = `/v2/${NAME}/manifests/a`;
    expect((await ask('GET', target, { 'If-None-Match': tags })).status).toBe(200);
    expect((await ask('GET', target, { 'If-None-Match': `${tags},*` })).status).toBe(304);
    expect((await ask('PUT', target, { 'If-Match': tags }, '{}')).status).toBe(400);
    expect((await ask('GET', target, { Accept: tags.replaceAll('"', 'a/') })).status).toBe(200);
  });

  it.each([
    ['GET', `/v2/${NAME}/tags/list?n=1&last=${INJECTED}`],
    ['GET', `/v2/_catalog?n=1&last=${INJECTED}`],
    ['GET', `/v2/${NAME}/referrers/${DIGEST}?n=1&artifactType=${INJECTED}&last=${INJECTED}`],
    ['POST', `/v2/${NAME}/blobs/uploads/?mount=${DIGEST}${INJECTED}&from=${NAME}`],
    ['POST', `/v2/${NAME}/blobs/uploads/?mount=${DIGEST}&from=${INJECTED}`],
    ['POST', `/v2/${NAME}/blobs/uploads/?digest=${INJECTED}`],
    ['POST', `/v2/${NAME}/blobs/uploads/?digest-algorithm=${INJECTED}`],
    ['PUT', `/v2/${NAME}/manifests/${DIGEST}?tag=${INJECTED}&tag=x${INJECTED}`],
    ['PUT', `/v2/${NAME}/manifests/a${INJECTED}`],
    ['GET', `/v2/${NAME}/manifests/a${INJECTED}`],
  ])('puts no header into the answer: %s %s', async (method, target) => {
    const { status, headers } = await ask(method, target, { 'X-Request-Id': 'a\tb', Accept: 'a/b;x="\\"' });
    expect(status).toBeLessThan(500);
    expect([...headers.keys()]).not.toContain('injected');
    expect([...headers.values()].join()).not.toContain('Injected');
    expect(headers.get('x-request-id')).not.toContain('\t');
  });

  it.each([
    { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'javascript', 'X-Forwarded-Prefix': '/evil' },
    { Forwarded: 'host=evil.example;proto=https', 'X-Forwarded-For': '203.0.113.7' },
    { 'X-Original-URL': '/evil', 'X-Rewrite-URL': '/evil', 'X-HTTP-Method-Override': 'DELETE' },
  ])('does not pass for one that came through a proxy: %j', async (headers) => {
    const answer = await ask('POST', `/v2/${NAME}/blobs/uploads/`, headers);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toMatch(/^\/v2\/library\/app\/blobs\/uploads\/[0-9a-f-]{36}$/);
  });

  it.each(['/V2/', '/v2/_CATALOG', `/v2/${NAME}/Tags/list`, `/v2/${NAME}/TAGS/LIST`, `/v2/${NAME}/Manifests/a`])(
    'reaches nothing by writing a route in another case: %s',
    async (target) => {
      expectError(await ask('GET', target), 404, 'UNSUPPORTED');
    },
  );

  it.each(['OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH', 'PATCH', 'LOCK'])(
    'of method %s is not allowed',
    async (method) => {
      const answer = await ask(method, `/v2/${NAME}/tags/list`);
      expectError(answer, 405, 'UNSUPPORTED');
      expect(answer.headers.get('allow')).toBe('GET, HEAD');
    },
  );
});

function expectError({ status, headers, body }: WireAnswer, expected: number, code: string): void {
  expect([status, body.toString()]).toEqual([expected, expect.stringContaining(code)]);
  expect(headers.get('content-type')).toBe('application/json');
  expect(JSON.parse(body.toString()).errors).toEqual([expect.objectContaining({ code })]);
}

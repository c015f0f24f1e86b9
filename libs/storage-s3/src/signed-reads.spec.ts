import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeService, hangUp, part, refusal } from './fake-service.contract.js';
import type { S3Store } from './s3-store.js';
import { storeAt } from './store-at.contract.js';

const SECRETS = { accessKey: 'the-access-key', secretKey: 'the-secret-key', sessionToken: 'the-session-token' };

describe('get and head', () => {
  let service: FakeService;
  let store: S3Store;

  beforeAll(async () => {
    service = await FakeService.start();
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    store = await storeAt(service.endpoint, { ...SECRETS, maxAttempts: 3 });
  });
  afterEach(() => store.close());

  const content = Buffer.from('content');
  const found = part(content, 'one');
  const readers = {
    get: async () => String(await buffer((await store.get('key'))?.content ?? Readable.from([]))),
    head: async () => (await store.head('key'))?.size,
  };
  const both = [
    ['get', readers.get, 'content'],
    ['head', readers.head, content.length],
  ] as const;

  it.each(both)('%s: asks again where the service fails, no more often than it may', async (_, ask, expected) => {
    service.answerWith(hangUp, refusal(500, 'InternalError'), found);
    expect(await ask()).toBe(expected);
    expect(service.received).toHaveLength(3);
    service.answerWith(refusal(500, 'InternalError'));
    await expect(ask()).rejects.toMatchObject({ cause: { attempts: 3, status: 500 } });
    expect(service.received).toHaveLength(3);
  });

  it.each(['get', 'head'] as const)('%s: asks once for what is not there', async (operation) => {
    service.answerWith(refusal(404, 'NoSuchKey'));
    expect(await store[operation]('key')).toBeNull();
    expect(service.received).toHaveLength(1);
  });

  it('get: tells a missing bucket from a missing object', async () => {
    service.answerWith(refusal(404, 'NoSuchBucket'));
    await expect(store.get('key')).rejects.toMatchObject({ cause: { code: 'NoSuchBucket', attempts: 1 } });
    expect(service.received).toHaveLength(1);
  });

  it('get: asks again where the reason breaks off for which it gets nothing', async () => {
    service.answerWith((response) => {
      response.writeHead(404, { 'content-length': 100 });
      response.write('<Error>', () => response.destroy());
    }, found);
    expect(await readers.get()).toBe('content');
  });

  it.each(both)('%s: leaves its connection to the next', async (_, ask, expected) => {
    await store.close();
    store = await storeAt(service.endpoint, { ...SECRETS, connections: 1 });
    service.answerWith(found);
    for (let time = 0; time < 3; time++) expect(await ask()).toBe(expected);
    expect(await service.connections()).toBeLessThanOrEqual(2);
  });

  it.each(both)('%s: goes by the clock of the service once it is known', async (_, ask, expected) => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    service.answerWith(refusal(403, 'RequestTimeTooSkewed', { date }), (response, request) => {
      response.setHeader('date', date);
      found(response, request);
    });
    expect(await ask()).toBe(expected);
    expect(await ask()).toBe(expected);
    const [first, second, third] = service.received.map(({ headers }) => `${headers['x-amz-date']}`.slice(0, 11));
    expect(second).not.toBe(first);
    expect(third).toBe(second);
  });

  it.each(both)('%s: is signed with the credentials', async (_, ask, expected) => {
    service.answerWith(found);
    expect(await ask()).toBe(expected);
    const [request] = service.received;
    expect(request?.target).toBe('/bucket/key');
    expect(request?.headers['x-amz-security-token']).toBe(SECRETS.sessionToken);
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=the-access-key\/\d{8}\/eu-west-1\/s3\/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/,
    );
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, answer, FakeService, refusal } from './fake-service.contract.js';
import { openS3Store } from './open-s3-store.js';
import { TEST_OPTIONS } from './options-of-test.contract.js';

describe('openS3Store', () => {
  let service: FakeService;

  beforeAll(async () => {
    service = await FakeService.start();
  });
  afterAll(() => service.stop());

  const openWith = async (...answers: Answer[]) => {
    service.answerWith(...answers);
    return openS3Store({
      ...TEST_OPTIONS,
      bucket: 'bucket',
      region: 'eu-west-1',
      endpoint: service.endpoint,
      pathStyle: true,
      accessKey: 'access',
      secretKey: 'secret',
      prefix: 'registry/',
      maxAttempts: 1,
    });
  };

  it('finds that a service puts only where nothing is, and leaves nothing behind', async () => {
    const store = await openWith(answer(200), refusal(412, 'PreconditionFailed'), answer(204));
    expect(store.traits.putsIfAbsent).toBe(true);
    expect(service.received.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'DELETE']);
    const targets = new Set(service.received.map(({ target }) => target.split('?', 1)[0]));
    expect([...targets]).toEqual([expect.stringMatching(/^\/bucket\/registry\/\.stowage-probe-[\w-]+$/)]);
    await store.close();
  });

  it.each([
    ['passes over the condition', [answer(200), answer(200), answer(204)]],
    ['does not know the condition', [refusal(501, 'NotImplemented'), answer(204)]],
  ])('finds that a service %s, and asks what is there then', async (_, answers) => {
    const store = await openWith(...answers);
    expect(store.traits.putsIfAbsent).toBe(false);
    service.answerWith(answer(200, { 'content-length': 5 }));
    expect(await store.put('key', Buffer.from('content'), { ifAbsent: true })).toBe(false);
    service.answerWith(answer(404), answer(200));
    expect(await store.put('key', Buffer.from('content'), { ifAbsent: true })).toBe(true);
    expect(service.received[1]?.headers['if-none-match']).toBeUndefined();
    await store.close();
  });

  it('rejects where nothing can be written, and says why', async () => {
    const opening = openWith(refusal(403, 'AccessDenied'));
    await expect(opening).rejects.toMatchObject({ operation: 'PutObject', cause: { code: 'AccessDenied' } });
  });
});

import { describe, expect, it } from '@jest/globals';
import { StorageUnavailableError } from '#libs/storage';
import { answerTo, S3RequestError } from './s3-error.js';

/** What the SDK throws for an error of the service, or for an answer whose body breaks off. */
const thrown = (status: number, more: object) =>
  Object.assign(new Error('aborted'), { $metadata: { httpStatusCode: status, attempts: 1 }, ...more });

describe('answerTo', () => {
  it.each([400, 404, 409, 412])('takes %d for an answer only where the whole of it has come', async (status) => {
    const answer = answerTo('PutObject', Promise.reject(thrown(status, { name: 'Refused', $fault: 'client' })));
    await expect(answer).rejects.toThrow(S3RequestError);
    await expect(answer).rejects.toMatchObject({ code: 'Refused', status });
    const half = answerTo('PutObject', Promise.reject(thrown(status, { code: 'ECONNRESET' })));
    await expect(half).rejects.toThrow(StorageUnavailableError);
    await expect(half).rejects.toMatchObject({ retryAfter: 5_000, cause: { code: 'ECONNRESET', status } });
  });
});

import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PartsGoneError } from '#libs/object-storage';
import { StorageUnavailableError } from '#libs/storage';
import { answer, FakeService, hangUp, part, refusal } from './fake-service.contract.js';
import { S3RequestError } from './s3-error.js';
import type { S3Store } from './s3-store.js';
import type { S3StoreOptions } from './s3-store-options.js';
import { storeAt } from './store-at.contract.js';

const MIB = 1024 * 1024;
const SECRETS = { accessKey: 'the-access-key', secretKey: 'the-secret-key', sessionToken: 'the-session-token' };
const CUSTOMER_KEY = Buffer.alloc(32, 7).toString('base64');

let service: FakeService;
let store: S3Store;

const storeWith = (options: Partial<S3StoreOptions> = {}) =>
  storeAt(service.endpoint, { ...SECRETS, maxAttempts: 3, ...options });

beforeAll(async () => {
  service = await FakeService.start();
});
afterAll(() => service.stop());
beforeEach(async () => {
  store = await storeWith();
});
afterEach(() => store.close());

async function contentOf(key: string): Promise<Buffer> {
  const opened = await store.get(key);
  if (!opened) throw new Error('nothing is there');
  return buffer(opened.content);
}

const ranges = () => service.received.map(({ headers }) => headers.range);

describe('get', () => {
  const content = randomBytes(300_000);

  it('goes on where a connection broke', async () => {
    service.answerWith(part(content, 'one', 100_000), part(content, 'one', 70_000), part(content, 'one'));
    expect((await contentOf('key')).equals(content)).toBe(true);
    const end = content.length - 1;
    const [whole, ...rest] = ranges();
    expect(whole).toBeUndefined();
    expect(rest).toHaveLength(2);
    for (const range of rest) expect(range).toMatch(new RegExp(`^bytes=\\d+-${end}$`));
  });

  it('goes on up to the end of the span', async () => {
    service.answerWith(part(content, 'one', 1000), part(content, 'one'));
    const opened = await store.get('key', { start: 10, end: 9_999 });
    if (!opened) throw new Error('nothing is there');
    expect((await buffer(opened.content)).equals(content.subarray(10, 10_000))).toBe(true);
    expect(ranges()).toEqual(['bytes=10-9999', 'bytes=1010-9999']);
  });

  it('goes on where a large body broke that comes past the parser', async () => {
    const large = randomBytes(20 * MIB);
    service.answerWith(part(large, 'one', 9 * MIB), part(large, 'one'));
    expect((await contentOf('key')).equals(large)).toBe(true);
    expect(service.received).toHaveLength(2);
  });

  it('goes on where nothing more comes', async () => {
    await store.close();
    store = await storeWith({ requestTimeout: 200 });
    service.answerWith(part(content, 'one', 100_000, 'stalls'), part(content, 'one'));
    expect((await contentOf('key')).equals(content)).toBe(true);
    expect(service.received).toHaveLength(2);
  });

  it('goes on where nobody read for longer than the service may be silent', async () => {
    await store.close();
    store = await storeWith({ requestTimeout: 100, maxAttempts: 1 });
    const large = randomBytes(30 * MIB);
    service.answerWith(part(large, 'one'));
    const opened = await store.get('key');
    if (!opened) throw new Error('nothing is there');
    await until(async () => (await service.connections()) === 0);
    expect((await buffer(opened.content)).equals(large)).toBe(true);
    expect(service.received.length).toBeGreaterThan(1);
  });

  it('errs where the object was replaced meanwhile', async () => {
    service.answerWith(part(content, 'one', 100_000), part(content, 'two'));
    await expect(contentOf('key')).rejects.toThrow(StorageUnavailableError);
    expect(service.received).toHaveLength(2);
  });

  it('errs where the object was deleted meanwhile', async () => {
    service.answerWith(part(content, 'one', 100_000), refusal(404, 'NoSuchKey'));
    await expect(contentOf('key')).rejects.toThrow(StorageUnavailableError);
  });

  it('errs where one connection after the other breaks at once', async () => {
    service.answerWith(part(content, 'one', 100), part(content, 'one', 0));
    await expect(contentOf('key')).rejects.toMatchObject({ operation: 'GetObject', retryAfter: expect.any(Number) });
    expect(service.received.length).toBeLessThan(10);
  });

  it('closes the connection when the content is destroyed', async () => {
    service.answerWith(part(content, 'one', 100_000, 'stalls'));
    const opened = await store.get('key');
    expect(await service.connections()).toBeGreaterThan(0);
    opened?.content.destroy();
    await until(async () => (await service.connections()) === 0);
  });

  it('refuses the answer of a service that ignores ranges', async () => {
    service.answerWith(answer(200, { etag: '"one"' }, content));
    await expect(store.get('key', { start: 5 })).rejects.toThrow(StorageUnavailableError);
  });
});

describe('put with ifAbsent', () => {
  const put = () => store.put('key', Buffer.from('mine'), { ifAbsent: true });

  it('was refused where the first attempt was', async () => {
    service.answerWith(refusal(412, 'PreconditionFailed'));
    expect(await put()).toBe(false);
    expect(service.received).toHaveLength(1);
    expect(service.received[0]?.headers['if-none-match']).toBe('*');
  });

  it('has put what is there where the answer to the first attempt was lost', async () => {
    service.answerWith(hangUp, refusal(412, 'PreconditionFailed'), part(Buffer.from('mine'), 'one'));
    expect(await put()).toBe(true);
  });

  it('has not put what others did meanwhile', async () => {
    for (const other of ['yours', 'thus', '']) {
      service.answerWith(hangUp, refusal(412, 'PreconditionFailed'), part(Buffer.from(other), 'one'));
      expect(await put()).toBe(false);
    }
    service.answerWith(hangUp, refusal(412, 'PreconditionFailed'), refusal(404, 'NoSuchKey'));
    expect(await put()).toBe(false);
  });

  it('tries again where another request was on its way', async () => {
    service.answerWith(refusal(409, 'ConditionalRequestConflict'), answer(200));
    expect(await put()).toBe(true);
    service.answerWith(refusal(409, 'ConditionalRequestConflict'));
    await expect(put()).rejects.toThrow(StorageUnavailableError);
    expect(service.received).toHaveLength(3);
  });
});

describe('completeParts', () => {
  const upload = { key: 'key', id: 'upload' };
  const parts = [1, 2].map((number) => ({ number, size: number * 10, tag: `"${number}"` }));
  const completed = answer(
    200,
    {},
    '<CompleteMultipartUploadResult><ETag>"x-2"</ETag></CompleteMultipartUploadResult>',
  );
  const object = (size: number, etag: string) => answer(200, { 'content-length': size, etag });

  it('names the parts', async () => {
    service.answerWith(completed);
    await store.completeParts(upload, parts);
    const body = service.received[0]?.body.toString() ?? '';
    expect(body.match(/<PartNumber>\d<\/PartNumber>/g)).toHaveLength(2);
    expect(body.replaceAll('&quot;', '"')).toContain('<ETag>"1"</ETag>');
  });

  it('is done where the answer was lost and the object is there', async () => {
    service.answerWith(hangUp, refusal(404, 'NoSuchUpload'), object(30, '"abc-2"'));
    await store.completeParts(upload, parts);
    expect(service.received.map(({ method }) => method)).toEqual(['POST', 'POST', 'HEAD']);
  });

  it.each([
    ['another size', object(31, '"abc-2"')],
    ['another number of parts', object(30, '"abc-3"')],
    ['no parts', object(30, '"abc"')],
    ['nothing', answer(404)],
  ])('is not done where the answer was lost and %s is there', async (_, there) => {
    service.answerWith(hangUp, refusal(404, 'NoSuchUpload'), there);
    await expect(store.completeParts(upload, parts)).rejects.toThrow(PartsGoneError);
  });

  it('is not done where the first attempt finds no upload, whatever is there', async () => {
    service.answerWith(refusal(404, 'NoSuchUpload'), object(30, '"abc-2"'));
    await expect(store.completeParts(upload, parts)).rejects.toThrow(PartsGoneError);
    expect(service.received).toHaveLength(1);
  });

  it('tries again where an error comes with status 200', async () => {
    service.answerWith(refusal(200, 'InternalError'), completed);
    await store.completeParts(upload, parts);
    expect(service.received).toHaveLength(2);
  });

  it('asks whether the upload is there where the service fails', async () => {
    service.answerWith(...Array(3).fill(refusal(500, 'InternalError')), refusal(404, 'NoSuchKey'), answer(404));
    await expect(store.completeParts(upload, parts)).rejects.toThrow(PartsGoneError);
    service.answerWith(...Array(3).fill(refusal(500, 'InternalError')), answer(200, {}, '<ListPartsResult/>'));
    await expect(store.completeParts(upload, parts)).rejects.toThrow(StorageUnavailableError);
  });
});

describe('copy', () => {
  it('is refused and retried with status 200, too', async () => {
    service.answerWith(
      refusal(200, 'InternalError'),
      answer(200, {}, '<CopyObjectResult><ETag>"x"</ETag></CopyObjectResult>'),
    );
    expect(await store.copy('source', 'destination', 5)).toBe(true);
    expect(service.received).toHaveLength(2);
  });

  it('of a large object aborts the upload when a part fails', async () => {
    service.answerWith((response, request) => {
      const isBegin = request.method === 'POST' && request.target.includes('uploads');
      if (isBegin)
        answer(
          200,
          {},
          '<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>',
        )(response, request);
      else if (request.method === 'DELETE') answer(204)(response, request);
      else refusal(400, 'InvalidRequest')(response, request);
    });
    await expect(store.copy('source', 'destination', 50 * MIB)).rejects.toThrow(S3RequestError);
    const last = service.received.at(-1);
    expect(last?.method).toBe('DELETE');
    expect(last?.target).toContain('uploadId=id');
  });
});

describe('delete', () => {
  const failed = (key: string, code: string) =>
    answer(
      200,
      {},
      `<DeleteResult><Error><Key>${key}</Key><Code>${code}</Code><Message>no</Message></Error></DeleteResult>`,
    );

  it('tries again with the keys that could not be deleted', async () => {
    service.answerWith(failed('two', 'InternalError'), answer(200, {}, '<DeleteResult/>'));
    await store.delete(['one', 'two', 'three']);
    const bodies = service.received.map(({ body }) => body.toString().match(/<Key>\w+<\/Key>/g));
    expect(bodies).toEqual([['<Key>one</Key>', '<Key>two</Key>', '<Key>three</Key>'], ['<Key>two</Key>']]);
    for (const { headers } of service.received) expect(headers['content-md5']).toMatch(/^[\w+/]{22}==$/);
  });

  it('rejects where they still cannot, and passes over those that are missing', async () => {
    service.answerWith(failed('two', 'InternalError'));
    await expect(store.delete(['one', 'two'])).rejects.toMatchObject({ cause: { code: 'InternalError' } });
    service.answerWith(failed('two', 'NoSuchKey'));
    await store.delete(['one', 'two']);
    expect(service.received).toHaveLength(1);
  });
});

describe('unfinishedParts', () => {
  it('gives all pages', async () => {
    const page = (key: string, more: string) =>
      answer(
        200,
        {},
        `<ListMultipartUploadsResult>${more}<Upload><Key>${key}</Key><UploadId>id-${key}</UploadId><Initiated>2020-01-01T00:00:00Z</Initiated></Upload></ListMultipartUploadsResult>`,
      );
    const more =
      '<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextUploadIdMarker>id-a</NextUploadIdMarker>';
    service.answerWith(page('a', more), page('b', '<IsTruncated>false</IsTruncated>'));
    const found: string[] = [];
    for await (const { key, id } of store.unfinishedParts('', new Date())) found.push(`${key} ${id}`);
    expect(found).toEqual(['a id-a', 'b id-b']);
    expect(service.received[1]?.target).toContain('key-marker=a');
    expect(service.received[1]?.target).toContain('upload-id-marker=id-a');
  });
});

describe('failures', () => {
  it.each([
    ['SlowDown', 503, { 'retry-after': '7' }, 7_000],
    ['SlowDown', 503, {}, 5_000],
    ['InternalError', 500, {}, 5_000],
    ['AccessDenied', 403, {}, 60_000],
    ['InvalidAccessKeyId', 403, {}, 60_000],
    ['ExpiredToken', 400, {}, 60_000],
    ['NoSuchBucket', 404, {}, 60_000],
    ['PermanentRedirect', 301, {}, 60_000],
  ])('%s (%d) says when to come back', async (code, status, headers, retryAfter) => {
    await store.close();
    store = await storeWith({ maxAttempts: 1 });
    service.answerWith(refusal(status, code, headers as Record<string, string>));
    const failure = store.put('key', Buffer.from('content'));
    await expect(failure).rejects.toThrow(StorageUnavailableError);
    const cause = { code, status };
    await expect(failure).rejects.toMatchObject({ driver: 's3', operation: 'PutObject', retryAfter, cause });
  });

  it('that may pass are tried again, and others are not', async () => {
    service.answerWith(refusal(500, 'InternalError'));
    await expect(store.head('key')).rejects.toMatchObject({ cause: { attempts: 3 } });
    expect(service.received).toHaveLength(3);
    service.answerWith(refusal(403, 'AccessDenied'));
    await expect(store.head('key')).rejects.toMatchObject({ cause: { attempts: 1 } });
    expect(service.received).toHaveLength(1);
  });

  it('of the caller are what they are', async () => {
    service.answerWith(refusal(400, 'EntityTooLarge'));
    const failure = store.put('key', Buffer.from('content'));
    await expect(failure).rejects.toThrow(S3RequestError);
    await expect(failure).rejects.toMatchObject({ code: 'EntityTooLarge', status: 400 });
  });

  it('to connect, to answer in time and to answer at all are all the same', async () => {
    await store.close();
    store = await storeWith({ endpoint: 'http://127.0.0.1:1', maxAttempts: 2 });
    await expect(store.head('key')).rejects.toMatchObject({
      cause: { message: expect.stringContaining('ECONNREFUSED') },
    });
    await store.close();
    store = await storeWith({ requestTimeout: 100, maxAttempts: 2 });
    service.answerWith(() => undefined);
    await expect(store.head('key')).rejects.toMatchObject({ cause: { code: 'TimeoutError', attempts: 2 } });
    service.answerWith(hangUp);
    await expect(store.head('key')).rejects.toMatchObject({ cause: { status: null, attempts: 2 } });
    service.answerWith(answer(502, { 'content-type': 'text/html' }, '<html><title>Bad Gateway</html>'));
    await expect(store.list({ prefix: '', delimited: false, limit: 1 })).rejects.toMatchObject({
      cause: { status: 502 },
    });
  });

  it('show no secrets, however closely they are looked at', async () => {
    await store.close();
    store = await storeWith({ encryption: 'sse-c', customerKey: CUSTOMER_KEY, maxAttempts: 1 });
    for (const given of [
      refusal(403, 'SignatureDoesNotMatch'),
      refusal(400, 'InvalidRequest'),
      hangUp,
      answer(502, {}, '<'),
    ]) {
      service.answerWith(given);
      const failure = await store.put('key', Buffer.from('content')).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Error);
      const shown = inspect(failure, { depth: 20, showHidden: true, maxStringLength: null });
      for (const secret of [...Object.values(SECRETS), CUSTOMER_KEY, 'AWS4-HMAC']) expect(shown).not.toContain(secret);
    }
  });
});

describe('requests', () => {
  const begun = answer(
    200,
    {},
    '<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>',
  );
  const copied = answer(200, {}, '<CopyObjectResult><ETag>"x"</ETag></CopyObjectResult>');
  const upload = { key: 'key', id: 'id' };
  const headersOf = async (work: () => Promise<unknown>, given = answer(200, { etag: '"x"' })) => {
    service.answerWith(given);
    await work();
    return service.received[0]?.headers ?? {};
  };

  it('have the storage class and the encryption where an object is written', async () => {
    await store.close();
    store = await storeWith({ storageClass: 'STANDARD_IA', encryption: 'sse-kms', kmsKey: 'key-id' });
    const written = {
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'key-id',
    };
    const content = Buffer.from('content');
    expect(await headersOf(() => store.put('key', content))).toMatchObject(written);
    expect(await headersOf(() => store.put('key', content, { ifAbsent: true }))).toMatchObject(written);
    expect(await headersOf(() => store.beginParts('key'), begun)).toMatchObject(written);
    expect(await headersOf(() => store.copy('a', 'b', 1), copied)).toMatchObject(written);
    for (const work of [() => store.head('key'), () => store.putPart(upload, 1, content)]) {
      const headers = Object.keys(await headersOf(work));
      for (const name of Object.keys(written)) expect(headers).not.toContain(name);
    }
  });

  it('have the key of the customer wherever content is read or written', async () => {
    await store.close();
    store = await storeWith({ encryption: 'sse-c', customerKey: CUSTOMER_KEY });
    const keyed = {
      'x-amz-server-side-encryption-customer-algorithm': 'AES256',
      'x-amz-server-side-encryption-customer-key': CUSTOMER_KEY,
      'x-amz-server-side-encryption-customer-key-md5': expect.stringMatching(/==$/),
    };
    const source = { 'x-amz-copy-source-server-side-encryption-customer-key': CUSTOMER_KEY };
    const content = Buffer.from('content');
    expect(await headersOf(() => store.put('key', content))).toMatchObject(keyed);
    expect(await headersOf(() => store.head('key'))).toMatchObject(keyed);
    expect(await headersOf(() => store.get('key'))).toMatchObject(keyed);
    expect(await headersOf(() => store.beginParts('key'), begun)).toMatchObject(keyed);
    expect(await headersOf(() => store.putPart(upload, 1, content))).toMatchObject(keyed);
    expect(await headersOf(() => store.copy('a', 'b', 1), copied)).toMatchObject({ ...keyed, ...source });
    const span = { start: 0, end: 9 };
    expect(await headersOf(() => store.copyPart(upload, 1, 'a', span), copied)).toMatchObject({ ...keyed, ...source });
    expect(await store.sign('key', { expiresIn: 1000 })).toBeNull();
  });

  it('sign the hash of content where there is neither TLS nor a checksum', async () => {
    const content = randomBytes(MIB);
    const headers = await headersOf(() => store.putPart(upload, 1, content));
    expect(headers['x-amz-content-sha256']).toBe(createHash('sha256').update(content).digest('hex'));
    expect(headers['x-amz-checksum-crc32']).toBeUndefined();
    expect(headers.expect).toBeUndefined();
  });

  it('have checksums where they are supported, which are named again when the parts are complete', async () => {
    await store.close();
    store = await storeWith({ checksums: 'when-supported' });
    expect(await headersOf(() => store.beginParts('key'), begun)).toMatchObject({
      'x-amz-checksum-algorithm': 'CRC32',
    });
    service.answerWith(answer(200, { etag: '"x"', 'x-amz-checksum-crc32': 'AAAAAA==' }));
    const stored = await store.putPart(upload, 1, Buffer.from('content'));
    expect(service.received[0]?.headers).toMatchObject({
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
      'x-amz-checksum-crc32': expect.stringMatching(/==$/),
    });
    service.answerWith(answer(200, {}, '<CompleteMultipartUploadResult/>'));
    await store.completeParts(upload, [stored]);
    expect(service.received[0]?.body.toString()).toContain('<ChecksumCRC32>AAAAAA==</ChecksumCRC32>');
  });

  it('wait for a connection as long as it takes', async () => {
    await store.close();
    store = await storeWith({ connections: 1, connectTimeout: 300, maxAttempts: 1 });
    service.answerWith((response) => setTimeout(() => response.end(), 250));
    await Promise.all(Array.from({ length: 6 }, (_, i) => store.put(`${i}`, Buffer.from('content'))));
    expect(service.received).toHaveLength(6);
  });

  it('encode the source of a copy', async () => {
    const headers = await headersOf(() => store.copy('a/!0+ é', 'b', 1), copied);
    expect(headers['x-amz-copy-source']).toBe('bucket/a/!0%2B%20%C3%A9');
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it does not come to that');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

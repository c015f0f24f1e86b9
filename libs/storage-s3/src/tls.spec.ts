import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StorageUnavailableError } from '#libs/storage';
import { answer, FakeService, part } from './fake-service.contract.js';
import { TEST_OPTIONS } from './options-of-test.contract.js';
import { createS3Client } from './s3-client.js';
import { S3Store } from './s3-store.js';
import type { S3StoreOptions } from './s3-store-options.js';

const SUBJECT = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];

describe('a service with TLS', () => {
  let folder: string;
  let caFile: string;
  let service: FakeService;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-tls-'));
    const keyFile = join(folder, 'key.pem');
    caFile = join(folder, 'cert.pem');
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    await promisify(execFile)('openssl', ['req', '-x509', ...key, '-out', caFile, '-days', '2', ...SUBJECT]);
    service = await FakeService.start({ key: await readFile(keyFile, 'utf8'), cert: await readFile(caFile, 'utf8') });
  });

  afterAll(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });

  const storeWith = async (options: Partial<S3StoreOptions>) => {
    const all = {
      ...TEST_OPTIONS,
      bucket: 'bucket',
      region: 'eu-west-1',
      endpoint: service.endpoint,
      pathStyle: true,
      accessKey: 'access',
      secretKey: 'secret',
      maxAttempts: 1,
      ...options,
    };
    return new S3Store(await createS3Client(all), all, { minPartSize: 1, maxParts: 1, putsIfAbsent: true });
  };

  it('gets content whose hash is not signed, and gives it', async () => {
    const store = await storeWith({ caFile });
    service.answerWith(answer(200));
    await store.put('key', Buffer.from('content'));
    expect(service.received[0]?.headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
    expect(service.received[0]?.body.toString()).toBe('content');
    const content = randomBytes(20_000_000);
    service.answerWith(part(content, 'one'));
    const opened = await store.get('key');
    if (!opened) throw new Error('nothing is there');
    expect((await buffer(opened.content)).equals(content)).toBe(true);
    await store.close();
  });

  it('is not available to whoever does not know its authority', async () => {
    const store = await storeWith({});
    await expect(store.head('key')).rejects.toThrow(StorageUnavailableError);
    await store.close();
  });

  it('is not available when the handshake takes too long', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    if (!address || typeof address !== 'object') throw new Error('the server has no port');
    const store = await storeWith({ endpoint: `https://127.0.0.1:${address.port}`, connectTimeout: 100 });
    const message = expect.stringContaining('no connection within 100 ms');
    await expect(store.head('key')).rejects.toMatchObject({ cause: { message } });
    await store.close();
    silent.close();
  });
});

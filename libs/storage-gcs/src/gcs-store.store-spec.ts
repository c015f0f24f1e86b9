import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PartsGoneError, type PartUpload, type StoredPart } from '#libs/object-storage';
import { eachOf, StorageUnavailableError } from '#libs/storage';
import { testSettings } from '../../../test/servers/store-of-test.js';
import { describeBrokenConnections } from '../../object-storage/src/contract/broken-connections.contract.js';
import { StoreUnderTest } from '../../object-storage/src/contract/support.contract.js';
import { describeObjectStore } from '../../object-storage/src/object-store.contract.js';
import type { GcsStoreOptions } from './gcs-store-options.js';
import { openGcsStore } from './open-gcs-store.js';

const settings = testSettings();
const describeGcs = settings.STOWAGE_STORAGE_DRIVER === 'gcs' ? describe : describe.skip;

describeGcs('GcsStore', () => {
  const bucket = settings.STOWAGE_STORAGE_GCS_BUCKET ?? '';
  const endpoint = settings.STOWAGE_STORAGE_GCS_ENDPOINT ?? '';
  const open = (some: Partial<GcsStoreOptions> = {}) =>
    openGcsStore({ bucket, endpoint, maxAttempts: 4, requestTimeout: 30_000, connections: 32, ...some });

  describeObjectStore('anonymous', () => open(), ['takes parts of aborted uploads', 'does not sign']);

  describeBrokenConnections(endpoint, (by, requestTimeout) => open({ endpoint: by, requestTimeout }));

  describe('on its own', () => {
    let tested: StoreUnderTest;

    beforeAll(async () => {
      tested = await StoreUnderTest.open(() => open());
    });
    afterAll(() => tested.close(), 60_000);

    const begin = async (key: string, count: number) => {
      const upload = await tested.store.beginParts(key);
      const contents = Array.from({ length: count }, () => randomBytes(10));
      const parts: StoredPart[] = [];
      await eachOf([...contents.entries()], 16, async ([i, content]) => {
        parts[i] = await tested.store.putPart(upload, i + 1, content);
      });
      return { upload, parts, content: Buffer.concat(contents) };
    };
    const objects = async (prefix: string) => {
      const { objects: found } = await tested.store.list({ prefix, delimited: false, limit: 1000 });
      return found.map(({ key }) => key);
    };
    const unfinished = async (prefix: string) => {
      const found: PartUpload[] = [];
      const soon = new Date(Date.now() + 60_000);
      for await (const upload of tested.store.unfinishedParts(prefix, soon)) found.push(upload);
      return found;
    };

    it.each([1, 32, 33, 65, 1025])('composes an object of %d parts, and leaves nothing else', async (count) => {
      const key = `${tested.folder()}docker/registry/v2/blobs/data`;
      const { upload, parts, content } = await begin(key, count);
      await tested.store.completeParts(upload, parts);
      expect((await tested.contentAt(key))?.equals(content)).toBe(true);
      expect(await objects(key.slice(0, -'v2/blobs/data'.length))).toEqual([key]);
    });

    it('keeps parts of the layout below its root, where they are found from everywhere above', async () => {
      const root = tested.folder();
      const key = `${root}docker/registry/v2/blobs/sha256/aa/data`;
      const { upload } = await begin(key, 2);
      const folder = `${root}docker/registry/stowage/!parts/${upload.id}/`;
      expect(await objects(root)).toEqual([`${folder}00001`, `${folder}00002`]);
      for (const prefix of [root, `${root}docker/registry/v2/`, key]) {
        expect(await unfinished(prefix)).toEqual([upload]);
      }
      expect(await unfinished(`${root}docker/registry/v2/repositories/`)).toEqual([]);
      await tested.store.abortParts(upload);
      expect(await objects(root)).toEqual([]);
    });

    it('completes again what a crash has left in the middle', async () => {
      const key = `${tested.folder()}docker/registry/v2/data`;
      const { upload, parts, content } = await begin(key, 40);
      const folder = `${key.slice(0, -'v2/data'.length)}stowage/!parts/${upload.id}/`;
      await tested.store.put(`${folder}1-00001`, Buffer.from('composed before the crash'));
      await tested.store.put(key, content);
      await tested.store.completeParts(upload, parts);
      expect((await tested.contentAt(key))?.equals(content)).toBe(true);
      expect(await objects(folder)).toEqual([]);
    });

    it('completes nothing when a part is missing', async () => {
      const key = `${tested.folder()}docker/registry/v2/data`;
      const { upload, parts } = await begin(key, 3);
      await tested.store.delete([`${key.slice(0, -'v2/data'.length)}stowage/!parts/${upload.id}/00002`]);
      await expect(tested.store.completeParts(upload, parts)).rejects.toThrow(PartsGoneError);
      expect(await tested.store.head(key)).toBeNull();
      await tested.store.abortParts(upload);
    });

    it('signs with the key of a service account, and shows nothing of it', async () => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const folder = await mkdtemp(join(tmpdir(), 'stowage-gcs-'));
      const keyFile = join(folder, 'key.json');
      const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' });
      const account = { type: 'service_account', project_id: 'test', private_key, private_key_id: 'key' };
      await writeFile(keyFile, JSON.stringify({ ...account, client_email: 'registry@test.example', client_id: '1' }));
      const store = await open({ keyFile });
      const key = `${tested.folder()}A.b_c-D/!42`;
      await tested.store.put(key, Buffer.from('0123456789'));
      const url = new URL((await store.sign(key, { expiresIn: 90_000 })) ?? '');
      expect(url.searchParams.get('X-Goog-Algorithm')).toBe('GOOG4-RSA-SHA256');
      expect(Number(url.searchParams.get('X-Goog-Expires'))).toBeCloseTo(90, -1);
      const answer = await fetch(url, { headers: { range: 'bytes=2-4' } });
      expect(await answer.text()).toBe('234');
      await store.close();
      await rm(folder, { recursive: true });
    });

    it.each<[string, Partial<GcsStoreOptions>]>([
      ['the bucket is missing', { bucket: 'missing', maxAttempts: 2 }],
      ['nobody listens', { endpoint: 'http://127.0.0.1:9', maxAttempts: 2 }],
      ['there are no credentials', { keyFile: '/nonexistent/key.json', maxAttempts: 2 }],
    ])('is not available where %s', async (_, some) => {
      const store = await open(some);
      const calls: (() => Promise<unknown>)[] = [
        () => store.put('key', Buffer.from('content')),
        () => store.put('key', Buffer.from('content'), { ifAbsent: true }),
        () => store.list({ prefix: '', delimited: true, limit: 10 }),
      ];
      for (const call of calls) await expect(call()).rejects.toThrow(StorageUnavailableError);
      await store.close();
    });
  });
});

import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { ContainerClient, ContainerSASPermissions, StorageSharedKeyCredential } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PartsGoneError } from '#libs/object-storage';
import { StorageUnavailableError } from '#libs/storage';
import { testSettings } from '../../../test/servers/store-of-test.js';
import { describeBrokenConnections } from '../../object-storage/src/contract/broken-connections.contract.js';
import { StoreUnderTest } from '../../object-storage/src/contract/support.contract.js';
import { describeObjectStore } from '../../object-storage/src/object-store.contract.js';
import { BlobCopier } from './azure-copy.js';
import type { AzureStoreOptions } from './azure-store-options.js';
import { connectAzure, openAzureStore } from './open-azure-store.js';

const settings = testSettings();
const describeAzure = settings.STOWAGE_STORAGE_DRIVER === 'azure' ? describe : describe.skip;

describeAzure('AzureStore', () => {
  const account = settings.STOWAGE_STORAGE_AZURE_ACCOUNT ?? '';
  const accountKey = settings.STOWAGE_STORAGE_AZURE_ACCOUNT_KEY ?? '';
  const container = settings.STOWAGE_STORAGE_AZURE_CONTAINER ?? '';
  const endpoint = settings.STOWAGE_STORAGE_AZURE_ENDPOINT ?? '';
  const common = { account, container, endpoint, copyConcurrency: 4, maxAttempts: 4, requestTimeout: 30_000 };
  const options = (some: Partial<AzureStoreOptions>) => ({ ...common, connections: 32, ...some });
  const open = (some: Partial<AzureStoreOptions>) => openAzureStore(options(some));
  const sas = async () => {
    const client = new ContainerClient(`${endpoint}/${container}`, new StorageSharedKeyCredential(account, accountKey));
    const permissions = ContainerSASPermissions.parse('racwdl');
    return new URL(await client.generateSasUrl({ permissions, expiresOn: new Date(Date.now() + 3_600_000) })).search;
  };

  describeObjectStore('with the key of the account', () => open({ accountKey }), [
    'completes uploads twice',
    'drops the parts of all other uploads to a key with a completion',
  ]);

  describeObjectStore('with a shared access signature', async () => open({ sas: await sas() }), [
    'completes uploads twice',
    'drops the parts of all other uploads to a key with a completion',
    'does not sign',
  ]);

  describeBrokenConnections(endpoint, (by, requestTimeout) => open({ accountKey, endpoint: by, requestTimeout }));

  describe('on its own', () => {
    let tested: StoreUnderTest;

    beforeAll(async () => {
      tested = await StoreUnderTest.open(() => open({ accountKey }));
    });
    afterAll(() => tested.close(), 60_000);

    it('has one upload to a key make another gone', async () => {
      const key = tested.newKey();
      const [one, two] = [await tested.store.beginParts(key), await tested.store.beginParts(key)];
      const [partOfOne, partOfTwo] = [
        await tested.store.putPart(one, 1, Buffer.from('one')),
        await tested.store.putPart(two, 1, Buffer.from('two')),
      ];
      await tested.store.completeParts(two, [partOfTwo]);
      await expect(tested.store.completeParts(one, [partOfOne])).rejects.toThrow(PartsGoneError);
      expect(await tested.textAt(key)).toBe('two');
    });

    it('tells of two unfinished uploads to one key', async () => {
      const key = tested.newKey();
      const begun = [await tested.store.beginParts(key), await tested.store.beginParts(key)];
      for (const upload of begun) await tested.store.putPart(upload, 1, Buffer.from('part'));
      const found: unknown[] = [];
      for await (const upload of tested.store.unfinishedParts(key, new Date(Date.now() + 1))) found.push(upload);
      expect(found).toEqual(expect.arrayContaining(begun));
      expect(found).toHaveLength(2);
    });

    it('passes over blocks that somebody else has staged', async () => {
      const key = tested.newKey();
      const credential = new StorageSharedKeyCredential(account, accountKey);
      const blob = new ContainerClient(`${endpoint}/${container}`, credential).getBlockBlobClient(key);
      await blob.stageBlock(Buffer.from('theirs').toString('base64'), 'content', 7);
      for await (const upload of tested.store.unfinishedParts(key, new Date(Date.now() + 1))) {
        throw new Error(`found ${upload.id}`);
      }
    });

    it('copies in blocks what is too large for one call', async () => {
      const { calls, access, agent } = await connectAzure(options({ accountKey }));
      const copier = new BlobCopier(calls, access, 3, { whole: 10, block: 1000 });
      for (const size of [11, 1000, 1001, 12_345]) {
        const content = randomBytes(size);
        const source = await tested.stored(content);
        const destination = await tested.stored(Buffer.from('old'));
        expect(await copier.copy(source, destination, size)).toBe(true);
        expect((await tested.contentAt(destination))?.equals(content)).toBe(true);
      }
      const kept = await tested.stored(Buffer.from('old'));
      expect(await copier.copy(tested.newKey(), kept, 12_345)).toBe(false);
      expect(await tested.textAt(kept)).toBe('old');
      agent.destroy();
    });

    it.each<[string, Partial<AzureStoreOptions>]>([
      ['the container is missing', { accountKey, container: 'missing' }],
      ['the key is wrong', { accountKey: Buffer.alloc(64).toString('base64') }],
      ['nobody listens', { accountKey, endpoint: 'http://127.0.0.1:9/account', maxAttempts: 2 }],
    ])('is not available where %s, and says nothing of keys', async (_, some) => {
      const store = await open(some);
      const calls: (() => Promise<unknown>)[] = [
        () => store.head('key'),
        () => store.get('key'),
        () => store.put('key', Buffer.from('content')),
        () => store.put('key', Buffer.from('content'), { ifAbsent: true }),
        () => store.delete(['key']),
        () => store.delete(['key', 'another']),
        () => store.list({ prefix: '', delimited: true, limit: 10 }),
        () => store.copy('key', 'another', 10),
        () => store.completeParts({ key: 'key', id: '0'.repeat(32) }, []),
      ];
      for (const call of calls) {
        const error = await call().then(
          () => null,
          (reason) => reason,
        );
        expect(error).toBeInstanceOf(StorageUnavailableError);
        expect(JSON.stringify(error) + inspect(error, { depth: 9 })).not.toMatch(/sig=|SharedKey|Signature=/);
      }
      await store.close();
    });
  });
});

import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StorageUnavailableError } from '#libs/storage';
import { CuttingProxy } from '../../../../test/servers/cutting-proxy.js';
import type { ObjectStore } from '../object-store.js';
import { bytes, StoreUnderTest } from './support.contract.js';

const MEBIBYTE = 1024 * 1024;

/** What every object store must do when connections break. `open` gives a store that tries each call four times. */
export function describeBrokenConnections(
  endpoint: string,
  open: (endpoint: string, requestTimeout: number) => Promise<ObjectStore>,
): void {
  describe('when connections break', () => {
    let proxy: CuttingProxy;
    let direct: StoreUnderTest;
    let store: ObjectStore;

    beforeAll(async () => {
      proxy = await CuttingProxy.open(endpoint);
      direct = await StoreUnderTest.open(() => open(endpoint, 30_000));
      store = await open(proxy.url, 30_000);
    });
    beforeEach(() => {
      proxy.cut();
      proxy.isSilent = false;
    });
    afterAll(async () => {
      await store.close();
      await direct.close();
      await proxy.close();
    });

    it('reads on from where a connection broke', async () => {
      const content = randomBytes(8 * MEBIBYTE);
      const key = await direct.stored(content);
      proxy.cut(MEBIBYTE, 100_000, 0, 2 * MEBIBYTE);
      const opened = await store.get(key, { start: 1000, end: 8 * MEBIBYTE - 1000 });
      if (!opened) throw new Error('the object is not there');
      const read = await buffer(opened.content);
      expect(read.equals(content.subarray(1000, 8 * MEBIBYTE - 999))).toBe(true);
      expect(proxy.cutsLeft).toBe(0);
    });

    it('does not read on in what has replaced the object', async () => {
      const key = await direct.stored(randomBytes(8 * MEBIBYTE));
      proxy.cut(MEBIBYTE);
      const opened = await store.get(key);
      if (!opened) throw new Error('the object is not there');
      await direct.store.put(key, randomBytes(8 * MEBIBYTE));
      await expect(buffer(opened.content)).rejects.toThrow(StorageUnavailableError);
    });

    it('errs when the connection breaks again and again', async () => {
      const key = await direct.stored(randomBytes(8 * MEBIBYTE));
      proxy.cut(MEBIBYTE, ...Array.from({ length: 100 }, () => 0));
      const opened = await store.get(key);
      if (!opened) throw new Error('the object is not there');
      await expect(buffer(opened.content)).rejects.toThrow(StorageUnavailableError);
    });

    it('tries again whatever had no answer', async () => {
      const key = direct.newKey();
      proxy.cut(0, 0);
      expect(await store.put(key, bytes('content'))).toBe(true);
      proxy.cut(0, 0);
      expect(await store.head(key)).toMatchObject({ size: 7 });
      proxy.cut(0, 0);
      expect((await store.list({ prefix: key, delimited: false, limit: 10 })).objects).toHaveLength(1);
      proxy.cut(0, 0);
      await store.delete([key]);
      expect(proxy.cutsLeft).toBe(0);
      expect(await direct.store.head(key)).toBeNull();
    });

    it('knows its own object when the answer to a put with ifAbsent was lost', async () => {
      const key = direct.newKey();
      proxy.cut(0);
      expect(await store.put(key, bytes('mine'), { ifAbsent: true })).toBe(true);
      proxy.cut(0);
      expect(await store.put(key, bytes('mine as well'), { ifAbsent: true })).toBe(false);
      expect(await direct.textAt(key)).toBe('mine');
    });

    it('completes an upload of parts whose answers were lost', async () => {
      const upload = await store.beginParts(direct.newKey());
      proxy.cut(0);
      const parts = [await store.putPart(upload, 1, bytes('one'))];
      proxy.cut(0, 0);
      await store.completeParts(upload, parts);
      expect(await direct.textAt(upload.key)).toBe('one');
    });

    it('gives up on a service that is silent', async () => {
      const impatient = await open(proxy.url, 100);
      proxy.isSilent = true;
      await expect(impatient.head(direct.newKey())).rejects.toThrow(StorageUnavailableError);
      await expect(impatient.put(direct.newKey(), bytes('content'))).rejects.toThrow(StorageUnavailableError);
      await impatient.close();
    });
  });
}

import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidPathError, PathNotFoundError, TruncatedFileError } from '#libs/storage';
import { describeStorageDriver } from '../../storage/src/storage-driver.contract.js';
import { MemoryObjectStore } from './memory/memory-object-store.js';
import { ObjectStorageDriver, type ObjectStorageOptions } from './object-storage-driver.js';
import { record } from './watched-store.contract.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const IN_MEMORY = { keepsContentInMemory: true, lacksDirectories: true };
const OPTIONS: ObjectStorageOptions = { root: 'root/', partSize: 64, partConcurrency: 3, redirectExpiry: null };

describe.each([
  ['parts of any size', 1, 64 * KIB, ''],
  ['parts of the least size that the store takes', MIB, 1, 'registry/'],
])('over memory, in %s', (_, minPartSize, partSize, root) => {
  const create = async () =>
    new ObjectStorageDriver(new MemoryObjectStore({ minPartSize }), { ...OPTIONS, partSize, root });
  describeStorageDriver('ObjectStorageDriver', create, IN_MEMORY);
});

describe('ObjectStorageDriver', () => {
  let store: MemoryObjectStore;
  let calls: string[];
  let driver: ObjectStorageDriver;

  beforeEach(() => {
    store = new MemoryObjectStore();
    calls = [];
    driver = new ObjectStorageDriver(record(store, calls), OPTIONS);
  });

  async function callsOf(work: () => Promise<unknown>): Promise<string[]> {
    calls.length = 0;
    await work();
    return calls.splice(0);
  }

  async function closeLarge(path: string): Promise<void> {
    const writer = await driver.writer(path);
    await writer.write(Buffer.alloc(100));
    await writer.close();
  }

  async function keys(): Promise<string[]> {
    return (await store.list({ prefix: '', delimited: false, limit: 1000 })).objects.map(({ key }) => key);
  }

  it('calls the store as seldom as it can', async () => {
    expect(await callsOf(() => driver.putContent('/a/b', Buffer.from('content')))).toEqual(['put']);
    expect(await callsOf(() => driver.getContent('/a/b'))).toEqual(['get']);
    expect(await callsOf(async () => text(await driver.reader('/a/b', 2, 3)))).toEqual(['get']);
    expect(await callsOf(() => driver.reader('/a/b', 2, 0))).toEqual(['head']);
    expect(await callsOf(() => driver.stat('/a/b'))).toEqual(['head']);
    expect(await callsOf(() => driver.stat('/a'))).toEqual(['head', 'list', 'list']);
    expect(await callsOf(() => driver.list('/a'))).toEqual(['list']);
    expect(await callsOf(() => driver.move('/a/b', '/a/c'))).toEqual(['list', 'copy', 'delete']);
    expect(await callsOf(() => driver.delete('/a/c'))).toEqual(['list', 'delete']);
    expect(await callsOf(() => driver.filesBelow('/a'))).toEqual(['list']);
    expect(await callsOf(() => driver.discard(['/a/x', '/a/y']))).toEqual(['delete']);
    expect(await callsOf(() => driver.discard([]))).toEqual([]);
    expect(await keys()).toEqual([]);
  });

  it('puts the files of a step at the same time, and those of the next one afterwards', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const put = store.put.bind(store);
    const begun: string[] = [];
    store.put = async (key, content) => {
      begun.push(key);
      await released;
      return put(key, content);
    };
    const file = (path: string) => ({ path, content: Buffer.from(path) });
    const putting = driver.putAll([[file('/a'), file('/b')], [file('/c')]]);
    await Promise.resolve();
    expect(begun).toEqual(['root/a', 'root/b']);
    release();
    await putting;
    expect(begun).toEqual(['root/a', 'root/b', 'root/c']);
  });

  it('rejects when nothing of the step that failed is on its way any more, and leaves the next one', async () => {
    const failure = new Error('no room');
    const put = store.put.bind(store);
    store.put = async (key, content) => {
      if (key === 'root/a') throw failure;
      for (let i = 0; i < 10; i++) await Promise.resolve();
      return put(key, content);
    };
    const file = (path: string) => ({ path, content: Buffer.from(path) });
    await expect(driver.putAll([[file('/a'), file('/b')], [file('/c')]])).rejects.toBe(failure);
    expect(await keys()).toEqual(['root/b']);
  });

  it('deletes a directory of any size by the thousand, and the parts of what is not complete there', async () => {
    for (let i = 0; i < 2500; i++) await store.put(`root/dir/${i}`, Buffer.from('x'));
    await closeLarge('/dir/session/data');
    await store.put('root/dir-sibling', Buffer.from('x'));
    const made = await callsOf(() => driver.delete('/dir'));
    expect(made.filter((call) => call === 'list')).toHaveLength(4);
    expect(made.length).toBeLessThan(12);
    expect(await keys()).toEqual(['root/dir-sibling']);
    const { value: left } = await store.unfinishedParts('', new Date(Date.now() + 1000)).next();
    expect(left).toBeUndefined();
  });

  it('deletes a file that is not complete, and tells then that it is gone', async () => {
    await closeLarge('/up/data');
    await driver.delete('/up/data');
    expect(await keys()).toEqual([]);
    await expect(driver.delete('/up/data')).rejects.toThrow(PathNotFoundError);
  });

  it('deletes a directory among thousands of others that begin like it, and none of them', async () => {
    for (let i = 0; i < 1200; i++) await store.put(`root/dir-${i}`, Buffer.from('x'));
    await store.put('root/dir/file', Buffer.from('x'));
    expect(await callsOf(() => driver.delete('/dir'))).toEqual(['list', 'list', 'delete']);
    await expect(driver.delete('/dir')).rejects.toThrow(PathNotFoundError);
    expect(await driver.list('/', { limit: 2000 })).toHaveLength(1200);
  });

  it('moves a file that is not complete, unless it began for another place', async () => {
    await closeLarge('/up/data');
    const parts = ['list', 'get', 'putPart', 'completeParts', 'copy', 'delete', 'delete'];
    expect(await callsOf(() => driver.move('/up/data', '/blob'))).toEqual(parts);
    expect(await keys()).toEqual(['root/blob']);
    const writer = await driver.writer('/up/data', { destination: '/here' });
    await writer.write(Buffer.alloc(100));
    await writer.close();
    await expect(driver.move('/up/data', '/there')).rejects.toThrow(InvalidPathError);
    await driver.move('/up/data', '/here');
    expect(await keys()).toEqual(['root/blob', 'root/here']);
  });

  it('takes the object for the file where a crash has left records beside it', async () => {
    for (const path of ['/up/moved', '/up/data']) {
      await closeLarge(path);
      await driver.putContent(path, Buffer.from('whole'));
    }
    const infos = await Promise.all((await driver.filesBelow('/up')).map((file) => file.inspect()));
    expect(infos.map((info) => info?.size)).toEqual([5, 5]);
    await driver.move('/up/moved', '/moved');
    await driver.delete('/moved');
    expect(await driver.stat('/up/data')).toMatchObject({ size: 5, isDirectory: false });
    expect(await driver.list('/up')).toEqual(['data']);
    await driver.delete('/up/data');
    expect(await keys()).toEqual([]);
  });

  it('gives the URLs that the store signs, for as long as it was told, without a call', async () => {
    store.sign = async (key, { expiresIn }) => `https://store/${key}?for=${expiresIn}`;
    const request = { method: 'GET', remoteAddress: '127.0.0.1' };
    expect(await driver.redirectUrl('/a', request)).toBeNull();
    const redirecting = new ObjectStorageDriver(store, { ...OPTIONS, redirectExpiry: 1000 });
    expect(await redirecting.redirectUrl('/a', request)).toBe('https://store/root/a?for=1000');
  });

  it('never takes a part of a file for the whole', async () => {
    await driver.putContent('/a', Buffer.from('content'));
    const get = store.get.bind(store);
    store.get = (key) => get(key, { start: 0, end: 2 });
    await expect(driver.getContent('/a')).rejects.toThrow(TruncatedFileError);
  });
});

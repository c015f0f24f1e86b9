import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { ForwardingObjectStore, MemoryObjectStore, type ObjectStore, openObjectStorage } from '#libs/object-storage';
import { CachingStorageDriver, LockManager, StorageDriver } from '#libs/storage';
import { AppModule } from '../src/app.module.js';
import { createRegistryConfig } from '../src/config/index.js';
import { configureApp } from '../src/create-app.js';
import { RegistryExpressAdapter } from '../src/http/index.js';
import { createLogger } from '../src/log/index.js';
import { descriptorOf, OCI_MANIFEST, pushable } from './support/images.js';
import { digestOf } from './support/registry.js';

const NAME = 'library/app';
const UPLOADS = `/v2/${NAME}/blobs/uploads/`;
const PART = 256 * 1024;

/** Tells of the calls of a store. */
class WatchedStore extends ForwardingObjectStore {
  constructor(
    inner: ObjectStore,
    private readonly watch: (call: string) => void,
  ) {
    super(inner);
  }

  protected override call<T>(name: string, ask: () => Promise<T>): Promise<T> {
    this.watch(name);
    return ask();
  }
}

/**
 * A round trip takes as long as all the rest of a small request, so that none may be added unnoticed. The lock of a
 * request is one put, which stands here as `lock`; nobody waits for its delete.
 */
describe('a registry over an object store calls it', () => {
  let store: MemoryObjectStore;
  let calls: string[];
  let app: NestExpressApplication;
  let url: string;

  beforeEach(async () => {
    store = new MemoryObjectStore();
    calls = [];
    await start();
  });
  afterEach(() => app.close());

  /** Another process: it remembers nothing. */
  async function start(): Promise<void> {
    const options = { root: '', partSize: PART, partConcurrency: 3, redirectExpiry: null };
    const watched = new WatchedStore(store, (call) => calls.push(call));
    const { driver, changes, mayKeep } = await openObjectStorage(watched, options);
    if (!changes) throw new Error('nothing counts the changes');
    const lockStore = new WatchedStore(store, (call) => call === 'put' && calls.push('lock'));
    const { locks } = await openObjectStorage(lockStore, options);
    const config = createRegistryConfig({ storage: { driver: 'inmemory' }, log: { level: 'error' } });
    const logger = createLogger(config.log);
    const { maxSize: maxBytes, maxEntries } = config.cache;
    const module = await Test.createTestingModule({ imports: [AppModule.forRoot(config, logger)] })
      .overrideProvider(StorageDriver)
      .useValue(new CachingStorageDriver(driver, changes, { maxBytes, maxEntries, mayKeep }))
      .overrideProvider(LockManager)
      .useValue(locks)
      .compile();
    app = module.createNestApplication<NestExpressApplication>(new RegistryExpressAdapter(config.http), {
      bodyParser: false,
    });
    await configureApp(app, config, logger).listen(0, '127.0.0.1');
    url = await app.getUrl();
  }

  async function restart(): Promise<void> {
    await app.close();
    await start();
  }

  /** Sends a request, and resolves with the calls that it took. */
  async function callsOf(sent: request.Test): Promise<string[]> {
    calls.length = 0;
    await sent;
    return calls.splice(0);
  }

  async function begin(): Promise<string> {
    const { headers } = await request(url).post(UPLOADS).expect(202);
    return new URL(String(headers.location), url).pathname;
  }

  const post = (content: Buffer) =>
    request(url)
      .post(`${UPLOADS}?digest=${digestOf(content)}`)
      .send(content)
      .expect(201);
  const patch = (location: string, content: Buffer) => request(url).patch(location).send(content).expect(202);
  const put = (location: string, whole: Buffer, content?: Buffer) =>
    request(url)
      .put(`${location}?digest=${digestOf(whole)}`)
      .send(content)
      .expect(201);

  const small = randomBytes(1000);
  /** In one part. */
  const medium = randomBytes(100_000);
  const large = randomBytes(3 * PART + 100);
  const parts = (count: number) => Array.from({ length: count }, () => 'putPart');

  it('to store a blob that comes in one piece', async () => {
    expect(await callsOf(post(small))).toEqual(['put', 'put']);
    expect(await callsOf(post(large))).toEqual(['beginParts', ...parts(4), 'completeParts', 'put']);

    expect(await callsOf(request(url).post(UPLOADS).expect(202))).toEqual(['put']);
    expect(await callsOf(put(await begin(), small, small))).toEqual(['lock', 'list', 'put', 'put', 'delete']);
    expect(await callsOf(put(await begin(), medium, medium))).toEqual(['lock', 'list', 'put', 'put', 'delete']);
    expect(await callsOf(put(await begin(), large, large))).toEqual([
      ...['lock', 'list', 'beginParts', ...parts(4), 'completeParts', 'put', 'delete'],
    ]);
  });

  it('to store a blob that comes in pieces of which all fit into a part', async () => {
    const location = await begin();
    const first = ['lock', 'list', 'put', 'put', 'list', 'put', 'put'];
    expect(await callsOf(patch(location, small))).toEqual(first);
    // The states of the hash that were there when the request came go, but for the last.
    const next = ['lock', 'list', 'get', 'list', 'get', 'put', 'put', 'delete'];
    for (let i = 0; i < 2; i++) expect(await callsOf(patch(location, small))).toEqual(next);
    expect(await callsOf(request(url).get(location).expect(204))).toEqual(['list', 'get']);
    expect(await callsOf(put(location, Buffer.concat([small, small, small])))).toEqual([
      ...['lock', 'list', 'get', 'list', 'copy', 'delete', 'put', 'list', 'delete'],
    ]);
  });

  it('to store a blob that comes in large pieces', async () => {
    const location = await begin();
    const first = ['lock', 'list', 'put', 'put', 'list', 'beginParts', ...parts(3), 'put', 'put'];
    expect(await callsOf(patch(location, large))).toEqual(first);
    const open = ['lock', 'list', 'get', 'list', 'get'];
    expect(await callsOf(patch(location, large))).toEqual([...open, ...parts(3), 'put', 'put', 'delete']);
    // Of what the writer left, too, the last two are kept.
    expect(await callsOf(patch(location, large))).toEqual([...open, ...parts(3), 'put', 'delete', 'put', 'delete']);
    const complete = ['putPart', 'completeParts', 'copy', 'delete', 'delete'];
    expect(await callsOf(put(location, Buffer.concat([large, large, large])))).toEqual([
      ...[...open, ...complete, 'put', 'list', 'delete'],
    ]);
  });

  it('to store a blob whose last piece comes with the request that finishes it', async () => {
    const location = await begin();
    await patch(location, large);
    expect(await callsOf(put(location, Buffer.concat([large, small]), small))).toEqual([
      ...['lock', 'list', 'get', 'list', 'get', 'putPart', 'completeParts', 'delete', 'put'],
      ...['list', 'copy', 'delete', 'put', 'list', 'delete'],
    ]);
  });

  it('to cancel an upload', async () => {
    const location = await begin();
    await patch(location, small);
    expect(await callsOf(request(url).delete(location).expect(204))).toEqual(['lock', 'list', 'get', 'list', 'delete']);
  });

  it('to mount a blob and to give it', async () => {
    await post(small);
    await post(large);
    await restart();
    const mount = `/v2/other/blobs/uploads/?mount=${digestOf(small)}&from=${NAME}`;
    expect(await callsOf(request(url).post(mount).expect(201))).toEqual(['get', 'head', 'put']);
    await restart();
    const at = (content: Buffer) => `/v2/${NAME}/blobs/${digestOf(content)}`;
    expect(await callsOf(request(url).head(at(large)).expect(200))).toEqual(['get', 'head']);
    // What was found stays in memory, and so does what is small.
    expect(await callsOf(request(url).get(at(large)).expect(200))).toEqual(['get', 'get']);
    expect(await callsOf(request(url).get(at(small)).expect(200))).toEqual(['get', 'head', 'get']);
    expect(await callsOf(request(url).get(at(small)).expect(200))).toEqual(['get']);
  });

  it('to store, give and delete a manifest', async () => {
    await post(small);
    await post(medium);
    await restart();
    const document = {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: descriptorOf(small, 'application/vnd.oci.image.config.v1+json'),
      layers: [descriptorOf(medium, 'application/vnd.oci.image.layer.v1.tar')],
    };
    const manifest = pushable(document, OCI_MANIFEST);
    const at = (reference: string) => `/v2/${NAME}/manifests/${reference}`;
    const sent = request(url).put(at('latest')).set('Content-Type', OCI_MANIFEST).send(manifest.content.toString());
    // Each blob is looked for; the rest of the pushes of several tags is completed, if there is any.
    const references = ['get', 'get', 'head', 'head'];
    expect(await callsOf(sent.expect(201))).toEqual([...references, 'lock', 'get', 'put', 'put', 'put', 'put']);
    await restart();
    expect(await callsOf(request(url).get(at('latest')).expect(200))).toEqual(['get', 'get', 'get']);
    expect(await callsOf(request(url).get(at(manifest.digest)).expect(200))).toEqual(['get']);
    await restart();
    expect(await callsOf(request(url).get(at(manifest.digest)).expect(200))).toEqual(['get', 'get']);
    expect(await callsOf(request(url).delete(at('latest')).expect(202))).toEqual([
      ...['lock', 'get', 'get', 'list', 'delete', 'list', 'delete'],
    ]);
  });
});

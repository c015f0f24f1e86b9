import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { ForwardingObjectStore, MemoryObjectStore, openObjectStorage } from '#libs/object-storage';
import { CachingStorageDriver, LockManager, StorageDriver } from '#libs/storage';
import { AppModule } from '../src/app.module.js';
import { createRegistryConfig } from '../src/config/index.js';
import { APP_OPTIONS, configureApp } from '../src/create-app.js';
import { RegistryExpressAdapter } from '../src/http/index.js';
import { createLogger } from '../src/log/index.js';
import { digestOf, randomBlob } from './support/registry.js';

const MIB = 1024 ** 2;
const NAME = 'library/app';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const OCTETS = 'application/octet-stream';
const MANY = 120;

/** The rows of the table of calls in the documentation: what is asked of the registry, and what that asks of the store. */
const TABLE = readFileSync(new URL('../docs/storage.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^\| .* \| (\d+ \w+(, )?)+ \|$/.test(line));

/** Counts what is asked of the service. */
class CountedStore extends ForwardingObjectStore {
  readonly calls = new Map<string, number>();

  protected override call<T>(name: string, ask: () => Promise<T>): Promise<T> {
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
    return ask();
  }
}

describe('the calls of an object store that docs/storage.md tells of', () => {
  const store = new CountedStore(new MemoryObjectStore({ minPartSize: 5 * MIB }));
  const seen: string[] = [];
  let app: NestExpressApplication;
  let url: string;

  beforeAll(async () => {
    const config = createRegistryConfig({ storage: { driver: 'inmemory' }, log: { level: 'error' } });
    const logger = createLogger(config.log);
    const options = { root: '', partSize: 5 * MIB, partConcurrency: 4, redirectExpiry: null };
    const { driver, locks, changes, mayKeep } = await openObjectStorage(store, options);
    if (!changes) throw new Error('nothing would be kept in memory');
    const module = await Test.createTestingModule({ imports: [AppModule.forRoot(config, logger)] })
      .overrideProvider(StorageDriver)
      .useValue(new CachingStorageDriver(driver, changes, { maxBytes: 32 * MIB, maxEntries: 1000, mayKeep }))
      .overrideProvider(LockManager)
      .useValue(locks)
      .compile();
    app = module.createNestApplication<NestExpressApplication>(new RegistryExpressAdapter(config.http), APP_OPTIONS);
    await configureApp(app, config, logger).listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());
  beforeEach(() => {
    seen.length = 0;
  });

  const client = () => request(url);
  const post = (content: Buffer) =>
    client()
      .post(`/v2/${NAME}/blobs/uploads/?digest=${digestOf(content)}`)
      .set('Content-Type', OCTETS)
      .send(content)
      .expect(201);
  const patch = (location: string, content: Buffer) =>
    client().patch(location).set('Content-Type', OCTETS).send(content).expect(202);
  const finish = (location: string, content: Buffer, body?: Buffer) =>
    client()
      .put(`${location}?digest=${digestOf(content)}`)
      .set('Content-Type', OCTETS)
      .send(body)
      .expect(201);
  const push = (reference: string, manifest: string, type = MANIFEST, name = NAME) =>
    client().put(`/v2/${name}/manifests/${reference}`).set('Content-Type', type).send(manifest).expect(201);

  async function begin(): Promise<string> {
    const { headers } = await client().post(`/v2/${NAME}/blobs/uploads/`).expect(202);
    return String(headers.location);
  }

  /** Does it, and keeps a row that tells what it cost. */
  async function count<T>(what: string, work: () => PromiseLike<T>): Promise<T> {
    store.calls.clear();
    const result = await work();
    const calls = [...store.calls].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, times]) => `${times} ${name}`);
    seen.push(`| ${what} | ${calls.join(', ')} |`);
    return result;
  }

  /** Compares what was counted with the rows of the same names. */
  function expectRows(): void {
    const names = new Set(seen.map(nameOf));
    expect(TABLE.filter((row) => names.has(nameOf(row)))).toEqual(seen);
  }

  it('is that of pushes of blobs', async () => {
    const small = randomBlob(1000).content;
    const medium = randomBlob(MIB).content;
    const [one, two, three, four] = Array.from({ length: 4 }, () => randomBlob(12 * MIB).content) as Buffer[];
    if (!one || !two || !three || !four) throw new Error('there are four');
    await count('`POST` of a whole blob of at most 64 KiB', () => post(small));
    await count('`POST` of a whole blob that fits into a part', () => post(medium));
    await count('`POST` of a whole blob of three parts', () => post(one));
    let location = await count('`POST` that starts an upload', begin);
    await count('`PATCH` with the first chunk, less than a part', () => patch(location, small));
    await count('`PUT` that finishes it', () => finish(location, small));
    location = await begin();
    await count('`PATCH` with the first chunk, two parts and a piece', () => patch(location, two));
    await count('`PUT` that finishes it, as one blob of three parts', () => finish(location, two));
    location = await begin();
    await patch(location, three.subarray(0, 6 * MIB));
    await count('`PATCH` with a further chunk, which fills a part', () => patch(location, three.subarray(6 * MIB)));
    await count('`GET` or `HEAD` of an upload', () => client().get(location).expect(204));
    await finish(location, three);
    location = await begin();
    await count('`PUT` with all of a blob of three parts', () => finish(location, four, four));
    location = await begin();
    await count('`DELETE` of an upload', () => client().delete(location).expect(204));
    await count('mount', () =>
      client()
        .post(`/v2/other/blobs/uploads/?mount=${digestOf(one)}&from=${NAME}`)
        .expect(201),
    );
    expectRows();
  });

  it('is that of pulls of blobs', async () => {
    const { content, digest } = randomBlob(12 * MIB);
    const { content: small, digest: smallDigest } = randomBlob(20_000);
    for (const each of [content, small]) await post(each);
    const get = (which: string) => client().get(`/v2/${NAME}/blobs/${which}`).expect(200);
    const head = () => client().head(`/v2/${NAME}/blobs/${digest}`).expect(200);
    await count('`HEAD` of a blob', head);
    await count('`HEAD` of a blob whose size is in memory', head);
    await count('`GET` of a large blob whose size is in memory', () => get(digest));
    await count('`GET` of a small blob', () => get(smallDigest));
    await count('`GET` of a small blob that is in memory', () => get(smallDigest));
    await count('`DELETE` of a blob', () => client().delete(`/v2/${NAME}/blobs/${smallDigest}`).expect(202));
    expectRows();
  });

  it('is that of manifests', async () => {
    const [config, layer] = [randomBlob(1000), randomBlob(100_000)];
    for (const { content } of [config, layer]) await post(content);
    const refer = ({ digest, content }: typeof config) => ({ mediaType: OCTETS, digest, size: content.length });
    const image = { schemaVersion: 2, mediaType: MANIFEST, config: refer(config), layers: [refer(layer)] };
    const [manifest, other] = [JSON.stringify(image), JSON.stringify({ ...image, annotations: { a: 'b' } })];
    const subject = { mediaType: MANIFEST, digest: digestOf(manifest), size: manifest.length };
    const signature = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [], subject });
    const get = (reference: string) => client().get(`/v2/${NAME}/manifests/${reference}`).set('Accept', MANIFEST);
    const remove = (reference: string) => client().delete(`/v2/${NAME}/manifests/${reference}`).expect(202);
    await count('`PUT` of a manifest by tag, with two blobs', () => push('latest', manifest));
    await count('`PUT` of a manifest by digest, with two blobs', () => push(digestOf(other), other));
    await count('`PUT` of a manifest by digest, with a subject', () => push(digestOf(signature), signature, INDEX));
    await count('`GET` or `HEAD` of a manifest by tag', () => get('latest').expect(200));
    await count('`GET` or `HEAD` of a manifest by digest', () => get(digestOf(manifest)).expect(200));
    await count('referrers, one there', () =>
      client()
        .get(`/v2/${NAME}/referrers/${digestOf(manifest)}`)
        .expect(200),
    );
    await count('`DELETE` of a tag', () => remove('latest'));
    await count('`DELETE` of a manifest without tags', () => remove(digestOf(other)));
    expectRows();
  });

  it('is that of listings', async () => {
    const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] });
    for (let number = 100; number < 100 + MANY; number++) {
      await push(`v${number}`, index, INDEX);
      await push('latest', index, INDEX, `many/r${number}`);
    }
    await count('a page of 100 tags, of any number', () => client().get(`/v2/${NAME}/tags/list?n=100`).expect(200));
    const catalog = (last: string) => client().get(`/v2/_catalog?n=100&last=${last}`).expect(200);
    await count('a page of 100 repositories, of any number', () => catalog('many/r105'));
    expectRows();
  });

  it('is told of each operation once', () => {
    expect(new Set(TABLE.map(nameOf)).size).toBe(TABLE.length);
  });
});

function nameOf(row: string): string {
  return row.slice(0, row.lastIndexOf('|', row.length - 2));
}

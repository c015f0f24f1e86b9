import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { Authorizer, type Decision } from '#libs/access';
import { Digest } from '#libs/oci';
import { loadMemoryStorage, pathOf, StorageDriver } from '#libs/storage';
import { AppModule } from '../src/app.module.js';
import { createRegistryConfig } from '../src/config/index.js';
import { LayerService } from '../src/layer/index.js';
import { createLogger } from '../src/log/index.js';
import { ManifestService } from '../src/manifest/index.js';
import { StorageCache } from '../src/storage-driver/index.js';
import { createArchive, ReportArchive, ReportModule } from './examples/embedding.js';

const NAME = 'archive/reports';
const REPORT = Buffer.from(`${'line\n'.repeat(1000)}total: 1000\n`);

describe('the example of docs/embedding.md', () => {
  let app: NestExpressApplication;
  let archive: ReportArchive;

  beforeAll(async () => {
    app = await createArchive(new Map([['anna', 'secret']]));
    await app.listen(0, '127.0.0.1');
    archive = app.get(ReportArchive);
  });
  afterAll(() => app.close());

  const get = async (path: string) =>
    request(await app.getUrl())
      .get(`/v2/${NAME}${path}`)
      .auth('anna', 'secret');

  /** Stores a report in two pieces. */
  async function store(tag: string, report = REPORT): Promise<Digest> {
    const session = await archive.begin(NAME);
    expect(await archive.append(session, report.subarray(0, 5))).toBe(5);
    expect(await archive.append(session, report.subarray(5))).toBe(report.length);
    return archive.finish(session, tag, Digest.of(report));
  }

  it('stands there as it is run here', async () => {
    const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');
    const source = await read('./examples/embedding.ts');
    expect((await read('../docs/embedding.md')).split('```ts\n')).toContainEqual(
      expect.stringContaining(`${source}\`\`\``),
    );
  });

  it('pushes a layer in pieces and a manifest, which clients can pull', async () => {
    const digest = await store('monday');
    const manifest = await get('/manifests/monday');
    expect([manifest.status, manifest.headers['docker-content-digest']]).toEqual([200, digest.toString()]);
    const blob = await get(`/blobs/${Digest.of(REPORT)}`);
    expect(REPORT.equals(blob.body)).toBe(true);
  });

  it('pulls a layer whole, and the end of it', async () => {
    await store('tuesday');
    expect(await text(await archive.read(NAME, 'tuesday'))).toBe(REPORT.toString());
    expect(String(await archive.tail(NAME, 'tuesday', 12))).toBe('total: 1000\n');
    expect(REPORT.equals(await archive.tail(NAME, 'tuesday', 1_000_000))).toBe(true);
  });

  it('keeps a session that cannot be finished', async () => {
    const [session, report] = [await archive.begin(NAME), Buffer.from('short')];
    await archive.append(session, report);
    await expect(archive.finish(session, 'short', Digest.of(REPORT))).rejects.toMatchObject({ code: 'DIGEST_INVALID' });
    await archive.finish(session, 'short', Digest.of(report));
    await expect(archive.append(session, report)).rejects.toMatchObject({ code: 'BLOB_UPLOAD_UNKNOWN' });
  });

  it('lists tags in byte order, and removes what it stored', async () => {
    await expect(archive.list('archive/none')).rejects.toMatchObject({ code: 'NAME_UNKNOWN' });
    const report = Buffer.from('removed');
    for (const tag of ['z', 'Z', '_']) await store(tag, report);
    expect((await archive.list(NAME)).filter((tag) => tag.length === 1)).toEqual(['Z', '_', 'z']);
    await archive.remove(NAME, 'z');
    expect((await archive.list(NAME)).filter((tag) => tag.length === 1)).toEqual([]);
    await expect(archive.tail(NAME, 'z', 1)).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' });
    expect((await get(`/blobs/${Digest.of(report)}`)).status).toBe(404);
  });

  it('knows how useful the cache has been', async () => {
    await store('cached');
    await get('/manifests/cached');
    const before = app.get(StorageCache).statistics?.contents;
    await get('/manifests/cached');
    const after = app.get(StorageCache).statistics?.contents;
    expect(after?.hits).toBeGreaterThan(before?.hits ?? 0);
    expect(after).toMatchObject({ misses: before?.misses, entries: before?.entries, bytes: before?.bytes });
  });

  it('asks its own authenticator', async () => {
    const anonymous = await request(await app.getUrl()).get('/v2/');
    expect([anonymous.status, anonymous.headers['www-authenticate']]).toEqual([401, 'Basic realm="Stowage"']);
    for (const [user, password] of [
      ['anna', 'wrong'],
      ['anna', ''],
      ['bert', 'secret'],
      ['bert', ''],
    ] as const) {
      const response = await request(await app.getUrl())
        .get('/v2/')
        .auth(user, password);
      expect([response.status, response.body.errors[0].code]).toEqual([401, 'UNAUTHORIZED']);
    }
    await request(await app.getUrl())
      .get('/v2/')
      .auth('anna', 'secret')
      .expect(200);
  });

  it('asks its own authorizer, which binds clients and not the services', async () => {
    const response = await request(await app.getUrl())
      .post(`/v2/${NAME}/blobs/uploads/`)
      .auth('anna', 'secret');
    expect([response.status, response.body.errors[0].code]).toEqual([403, 'DENIED']);
  });
});

describe('an application of another kind', () => {
  const config = createRegistryConfig({ storage: { driver: 'inmemory' }, log: { level: 'error' } });
  const registry = AppModule.forRoot(config, createLogger(config.log));

  it('has the services without HTTP', async () => {
    const context = await NestFactory.createApplicationContext(
      { imports: [registry, ReportModule] },
      { logger: false },
    );
    const session = await context.get(ReportArchive).begin(NAME);
    expect(await context.get(ReportArchive).append(session, REPORT)).toBe(REPORT.length);
    await context.close();
  });

  it('keeps its content in a driver of its own', async () => {
    const { driver } = await loadMemoryStorage();
    const context = await NestFactory.createApplicationContext(
      { imports: [registry] },
      {
        logger: false,
        instrument: { instanceDecorator: (instance) => (instance instanceof StorageDriver ? driver : instance) },
      },
    );
    const digest = Digest.of(REPORT);
    await context.get(LayerService, { strict: false }).put(NAME, Readable.from([REPORT]), { digest });
    expect((await driver.stat(pathOf.blob(digest))).size).toBe(REPORT.length);
    await context.close();
  });

  it('replaces what it wants in a test', async () => {
    class Nobody extends Authorizer {
      decide(): Decision {
        return { isAllowed: false, reason: 'it is late' };
      }
    }
    const { driver } = await loadMemoryStorage();
    const module = await Test.createTestingModule({ imports: [registry] })
      .overrideProvider(Authorizer)
      .useClass(Nobody)
      .overrideProvider(StorageDriver)
      .useValue(driver)
      .compile();
    expect(module.get(Authorizer, { strict: false })).toBeInstanceOf(Nobody);
    await expect(module.get(ManifestService, { strict: false }).tags(NAME)).rejects.toMatchObject({
      code: 'NAME_UNKNOWN',
    });
    expect(module.get(StorageDriver, { strict: false })).toBe(driver);
    await module.close();
  });
});

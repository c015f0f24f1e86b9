import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import type { Digest as DigestType } from '#libs/oci';
import type { LockManager as LockManagerType, StorageDriver as StorageDriverType } from '#libs/storage';
import { type Fate, ForgetfulDisk } from './support/forgetful-disk.js';

const root = await mkdtemp(join(tmpdir(), 'stowage-power-'));
const disk = new ForgetfulDisk(root);
disk.watch();

const { Test } = await import('@nestjs/testing');
const { Digest, MediaType, OciError, readManifest } = await import('#libs/oci');
const { loadFilesystemStorage, loadMemoryStorage, pathOf, StorageDriver, LockManager } = await import('#libs/storage');
const { AppModule } = await import('../src/app.module.js');
const { createRegistryConfig } = await import('../src/config/index.js');
const { LayerService } = await import('../src/layer/index.js');
const { createLogger } = await import('../src/log/index.js');
const { ManifestService, ReferrersService } = await import('../src/manifest/index.js');

const FATES: Fate[] = ['all is lost', 'names are kept, content is lost', 'chance', 'chance'];
const NAME = 'library/app';

jest.setTimeout(120_000);

interface Registry {
  readonly layers: InstanceType<typeof LayerService>;
  readonly manifests: InstanceType<typeof ManifestService>;
  readonly referrers: InstanceType<typeof ReferrersService>;
  close(): Promise<void>;
}

/** Something that the registry promises from a moment on, and possibly only until another one. */
interface Pledge {
  readonly from: number;
  until: number;
  readonly holds: (registry: Registry) => Promise<void>;
}

describe('a power cut', () => {
  const pledges: Pledge[] = [];
  /** By tag, every digest that it was ever to point to. */
  const tagged = new Map<string, string[]>();
  let checked: Registry;
  let survivors: StorageDriverType;

  beforeAll(async () => {
    const { driver, locks } = await loadFilesystemStorage(root);
    const registry = await registryOn(driver, locks);
    await Promise.all([pushImages(registry, 'one'), pushImages(registry, 'two'), uploadInPieces(registry)]);
    await registry.close();
    const memory = await loadMemoryStorage();
    survivors = memory.driver;
    checked = await registryOn(
      forward(() => survivors),
      memory.locks,
    );
  });
  afterAll(async () => {
    await checked.close();
    await rm(root, { recursive: true });
  });

  /** The promise ends when what `end` does begins. */
  function promise(holds: Pledge['holds']): { end: () => void } {
    const pledge = { from: disk.moment, until: Number.POSITIVE_INFINITY, holds };
    pledges.push(pledge);
    const end = () => {
      pledge.until = disk.moment;
    };
    return { end };
  }

  async function pushImages(registry: Registry, who: string): Promise<void> {
    const first = await pushImage(registry, `${who} first`, ['latest']);
    const latest = promise(tagIs('latest'));
    for (let round = 0; round < 3; round++) await pushImage(registry, `${who} ${round}`, ['latest', `${who}${round}`]);
    const referrer = await pushImage(registry, `${who} referrer`, [], first);
    promise(async ({ referrers }) => {
      const { manifests } = await referrers.list(NAME, first, {});
      expect(manifests.map(({ digest }) => digest)).toContain(referrer.toString());
    });
    latest.end();
    const doomed = `${who}0`;
    await registry.manifests.delete(NAME, { tag: doomed });
    promise(async ({ manifests }) => expect(await manifests.tags(NAME)).not.toContain(doomed));
    await pushImage(registry, `${who} last`, ['latest']);
    promise(tagIs('latest'));
  }

  function tagIs(tag: string): Pledge['holds'] {
    return async ({ manifests }) => {
      const { digest } = await manifests.get(NAME, { tag });
      expect(tagged.get(tag)).toContain(digest.toString());
    };
  }

  async function pushBlob({ layers }: Registry, content: Buffer): Promise<DigestType> {
    const digest = Digest.of(content);
    const { name, id } = await layers.upload(NAME);
    await layers.session(name, id).finish({ digest, length: content.length }, Readable.from([content]));
    promise(blobIs(content));
    return digest;
  }

  function blobIs(content: Buffer): Pledge['holds'] {
    return async ({ layers }) => {
      const layer = await layers.fetch(NAME, Digest.of(content));
      expect(content.equals(await layer.content())).toBe(true);
    };
  }

  async function pushImage(
    registry: Registry,
    label: string,
    tags: readonly string[],
    subject?: DigestType,
  ): Promise<DigestType> {
    const blobs = [Buffer.from(`${label} config`), Buffer.from(`${label} layer`.repeat(100))];
    const [config, layer] = await Promise.all(blobs.map((blob) => pushBlob(registry, blob)));
    const [configSize, layerSize] = blobs.map(({ length }) => length);
    const document = {
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size: configSize },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layer, size: layerSize }],
      ...(subject && { subject: { mediaType: MediaType.ociManifest, digest: subject, size: 1 } }),
    };
    const content = Buffer.from(JSON.stringify(document));
    const digest = Digest.of(content);
    for (const tag of tags) tagged.set(tag, [...(tagged.get(tag) ?? []), digest.toString()]);
    await registry.manifests.put(NAME, { reference: { digest }, content, tags });
    promise(async ({ manifests }) => {
      expect(content.equals((await manifests.get(NAME, { digest })).content)).toBe(true);
    });
    return digest;
  }

  async function uploadInPieces({ layers }: Registry): Promise<void> {
    const content = Buffer.from('piece by piece '.repeat(10));
    const { id } = await layers.upload(NAME);
    const upTo = (offset: number) =>
      promise(async (registry) => {
        const upload = await registry.layers.resume(NAME, id);
        expect(upload.offset).toBeGreaterThanOrEqual(offset);
        // Distribution would not take it up without.
        expect(String(await survivors.getContent(pathOf.uploadStartedAt(NAME, id)))).toMatch(/Z$/);
        await upload.finish({ digest: Digest.of(content) }, Readable.from([content.subarray(upload.offset)]));
        await blobIs(content)(registry);
      });
    let last = { end: () => {} };
    for (const [start, end] of [
      [0, 40],
      [40, 90],
      [90, content.length],
    ]) {
      await layers.session(NAME, id).write(Readable.from([content.subarray(start, end)]));
      last.end();
      last = upTo(end ?? 0);
    }
    last.end();
    await layers.session(NAME, id).finish({ digest: Digest.of(content) });
    promise(blobIs(content));
  }

  it.each(FATES.map((fate, seed) => ({ fate, seed })))('keeps what was acknowledged: $fate', async ({ fate, seed }) => {
    expect(disk.moment).toBeGreaterThan(500);
    const random = randomFrom(seed);
    for (let moment = 0; moment <= disk.moment; moment++) {
      survivors = await storageOf(disk.survivors(moment, fate, random));
      await requireWhole(moment);
      for (const { from, until, holds } of pledges) if (from <= moment && moment < until) await holds(checked);
    }
  });

  /** What can be read is as it was pushed, and has all that it refers to. */
  async function requireWhole(moment: number): Promise<void> {
    const { manifests, layers } = checked;
    for await (const { path, isDirectory } of survivors.walk('/')) {
      if (isDirectory || !path.includes('/blobs/')) continue;
      const hash = createHash('sha256').update(await survivors.getContent(path));
      expect(`${moment}: ${path}`).toContain(hash.digest('hex'));
    }
    for (const tag of await tagsOf(manifests)) {
      const { digest, content, mediaType } = await manifests.get(NAME, { tag });
      expect(tagged.get(tag)).toContain(digest.toString());
      for (const blob of readManifest(content, mediaType).manifest?.blobs ?? []) await layers.fetch(NAME, blob.digest);
    }
  }
});

async function tagsOf(manifests: Registry['manifests']): Promise<string[]> {
  try {
    return await manifests.tags(NAME);
  } catch (error) {
    if (error instanceof OciError && error.code === 'NAME_UNKNOWN') return [];
    throw error;
  }
}

async function registryOn(driver: StorageDriverType, locks: LockManagerType): Promise<Registry> {
  const config = createRegistryConfig({ storage: { driver: 'inmemory' } });
  const app: INestApplicationContext = await Test.createTestingModule({
    imports: [
      AppModule.forRoot(config, createLogger(config.log, new Writable({ write: (_line, _encoding, done) => done() }))),
    ],
  })
    .overrideProvider(StorageDriver)
    .useValue(driver)
    .overrideProvider(LockManager)
    .useValue(locks)
    .compile();
  const get = { strict: false };
  return {
    layers: app.get(LayerService, get),
    manifests: app.get(ManifestService, get),
    referrers: app.get(ReferrersService, get),
    close: () => app.close(),
  };
}

async function storageOf(files: ReadonlyMap<string, Buffer>): Promise<StorageDriverType> {
  const { driver } = await loadMemoryStorage();
  for (const [path, content] of files) await driver.putContent(path, content);
  return driver;
}

/** The storage that `current` gives at each call. */
function forward(current: () => StorageDriverType): StorageDriverType {
  return new Proxy(Object.create(StorageDriver.prototype), {
    get: (_target, key) => {
      const value: unknown = Reflect.get(current(), key);
      return typeof value === 'function' ? value.bind(current()) : value;
    },
  });
}

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

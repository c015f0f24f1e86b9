import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ObjectStore } from '#libs/object-storage';
import { testSettings } from '../../../test/servers/store-of-test.js';
import { openS3Store } from './open-s3-store.js';
import { optionsOf } from './options-of-test.contract.js';
import type { S3StoreOptions } from './s3-store-options.js';
import { serviceAt } from './service-at.contract.js';

const MIB = 1024 * 1024;

/** Options that change requests, with the services that do not know them. */
const VARIANTS: [string, Partial<S3StoreOptions>, string[]][] = [
  ['checksums', { checksums: 'when-supported' }, []],
  ['keys of the customer', { encryption: 'sse-c', customerKey: randomBytes(32).toString('base64') }, ['VERSITYGW']],
];

const settings = testSettings();

if (settings.STOWAGE_STORAGE_DRIVER === 's3') {
  const options = optionsOf(settings);
  const service = await serviceAt(options);
  for (const [name, variant, strangers] of VARIANTS) {
    const isKnown = !strangers.includes(service);
    (isKnown ? describe : describe.skip)(`${name} with ${service}`, () => describeContent({ ...options, ...variant }));
  }
} else {
  describe.skip('options of the S3 store, which need an S3 service', () => {});
}

function describeContent(options: S3StoreOptions): void {
  const folder = `${randomUUID()}/`;
  const content = randomBytes(12 * MIB);
  let store: ObjectStore;

  beforeAll(async () => {
    store = await openS3Store(options);
  }, 60_000);

  afterAll(async () => {
    const { objects } = await store.list({ prefix: folder, delimited: false, limit: 1000 });
    await store.delete(objects.map(({ key }) => key));
    await store.close();
  });

  const isAt = async (key: string, expected: Buffer) => {
    expect(await store.head(key)).toMatchObject({ size: expected.length });
    const opened = await store.get(key, { start: 5 });
    if (!opened) throw new Error('nothing is there');
    expect((await buffer(opened.content)).equals(expected.subarray(5))).toBe(true);
  };

  it('puts, copies and deletes', async () => {
    await store.put(`${folder}small`, content.subarray(0, MIB));
    expect(await store.put(`${folder}small`, content.subarray(0, 10), { ifAbsent: true })).toBe(false);
    await isAt(`${folder}small`, content.subarray(0, MIB));
    expect(await store.copy(`${folder}small`, `${folder}copy`, MIB)).toBe(true);
    await isAt(`${folder}copy`, content.subarray(0, MIB));
    await store.delete([`${folder}small`, `${folder}copy`]);
    expect(await store.head(`${folder}small`)).toBeNull();
  });

  it('puts parts together, and copies the object in parts', async () => {
    const upload = await store.beginParts(`${folder}large`);
    const half = 6 * MIB;
    const parts = [
      await store.putPart(upload, 1, content.subarray(0, half)),
      await store.putPart(upload, 2, content.subarray(half)),
    ];
    await store.completeParts(upload, parts);
    await isAt(`${folder}large`, content);
    expect(await store.copy(`${folder}large`, `${folder}copy`, content.length)).toBe(true);
    await isAt(`${folder}copy`, content);
  });
}

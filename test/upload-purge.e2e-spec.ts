import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LockManager } from '#libs/storage';
import { UploadPurge } from '../src/layer/index.js';
import { type Registry, randomBlob, startRegistry } from './support/registry.js';

const NAME = 'library/app';
const DAY = 24 * 3_600_000;
/** Older and younger than a week. */
const [OLD, YOUNG] = [new Date(Date.now() - 8 * DAY), new Date(Date.now() - 6 * DAY)];

describe('uploads that nobody goes on with', () => {
  let root: string;
  let registry: Registry;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'stowage-purge-'));
    registry = await start();
  });
  afterAll(async () => {
    await registry.close();
    await rm(root, { recursive: true });
  });

  const start = (uploads = {}) => startRegistry({ uploads, storage: { driver: 'filesystem', filesystem: { root } } });
  const purge = () => registry.app.get(UploadPurge, { strict: false }).purge();
  const folderOf = (location: string, name = NAME) =>
    join(root, 'docker/registry/v2/repositories', name, '_uploads', location.slice(location.lastIndexOf('/') + 1));

  async function begin(chunk?: Buffer, name = NAME): Promise<string> {
    const { headers } = await registry.client().post(`/v2/${name}/blobs/uploads/`).expect(202);
    const location = String(headers.location);
    if (chunk) await append(location, chunk);
    return location;
  }

  const append = (location: string, chunk: Buffer) =>
    registry.client().patch(location).set('Content-Type', 'application/octet-stream').send(chunk).expect(202);

  async function date(folder: string, time: Date): Promise<void> {
    for (const path of ['', ...(await readdir(folder, { recursive: true }))])
      await utimes(join(folder, path), time, time);
  }

  it('are removed with all that they hold, in every repository', async () => {
    const locations = [await begin(), await begin(randomBlob(100_000).content), await begin(undefined, 'a/b/c')];
    const folders = locations.map((location, index) => folderOf(location, index === 2 ? 'a/b/c' : NAME));
    for (const folder of folders) await date(folder, OLD);
    expect(await purge()).toEqual({ uploads: 3, leftovers: 0 });
    expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
    for (const location of locations) {
      const { body } = await registry.client().get(location).expect(404);
      expect(body.errors[0].code).toBe('BLOB_UPLOAD_UNKNOWN');
    }
  });

  it('are none of those that something came in for within the time', async () => {
    const { content, digest } = randomBlob();
    const young = await begin(content);
    await date(folderOf(young), YOUNG);
    const continued = await begin();
    await date(folderOf(continued), OLD);
    await append(continued, content);
    expect(await purge()).toEqual({ uploads: 0, leftovers: 0 });
    for (const location of [young, continued]) {
      await registry.client().put(`${location}?digest=${digest}`).expect(201);
    }
  });

  it('are none of those that a request is at work on', async () => {
    const location = await begin(randomBlob().content);
    await date(folderOf(location), OLD);
    const id = location.slice(location.lastIndexOf('/') + 1);
    const locks = registry.app.get(LockManager, { strict: false });
    expect(await locks.exclusively(`upload/${id}`, purge)).toEqual({ uploads: 0, leftovers: 0 });
    await registry.client().get(location).expect(204);
    expect(await purge()).toEqual({ uploads: 1, leftovers: 0 });
  });

  it('are removed where a crash left no more than a folder of them', async () => {
    const folder = folderOf(await begin());
    await rm(join(folder, 'startedat'));
    await date(folder, YOUNG);
    expect(await purge()).toEqual({ uploads: 0, leftovers: 0 });
    await date(folder, OLD);
    expect(await purge()).toEqual({ uploads: 1, leftovers: 0 });
    expect(existsSync(folder)).toBe(false);
  });

  it('go together with what a crash left of files', async () => {
    const leftover = join(root, 'docker/registry/v2', '.6f0c7d52-3a6e-4f0c-9c0b-0d6f0b0a7a11.tmp');
    await writeFile(leftover, 'left');
    expect(await purge()).toEqual({ uploads: 0, leftovers: 0 });
    await utimes(leftover, OLD, OLD);
    expect(await purge()).toEqual({ uploads: 0, leftovers: 1 });
    expect(existsSync(leftover)).toBe(false);
  });

  it('are removed by one process at a time', async () => {
    const other = await start();
    const locks = other.app.get(LockManager, { strict: false });
    expect(await locks.exclusively('upload-purge', purge)).toBeNull();
    await other.close();
  });

  it('are removed from time to time', async () => {
    const location = await begin();
    await date(folderOf(location), OLD);
    const other = await start({ purgeInterval: 20 });
    while (!other.log.some(({ msg, uploads }) => msg === 'abandoned uploads purged' && uploads === 1))
      await setTimeout(5);
    await other.close();
    await registry.client().get(location).expect(404);
  });
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadFilesystemStorage, type StorageDriver } from '#libs/storage';
import { findLeftovers } from './leftovers.js';

const V2 = '/docker/registry/v2';
const HEX = `ab${'c'.repeat(62)}`;
const DIGEST = `sha256:${HEX}`;
const REPOSITORY = 'repositories/foo';
const UUID = 'c7a1b7de-6a0c-4f6e-9a41-2f7f1ad1c3a5';

describe('the leftovers of a root', () => {
  let root: string;
  let storage: StorageDriver;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'stowage-leftovers-'));
    storage = (await loadFilesystemStorage(root)).driver;
    await put(`blobs/sha256/ab/${HEX}/data`, 'content');
    await put(`${REPOSITORY}/_layers/sha256/${HEX}/link`, DIGEST);
    await put(`${REPOSITORY}/_layers/tarsum/v1/sha256/${HEX}/link`, DIGEST);
    await put(`${REPOSITORY}/_manifests/revisions/sha256/${HEX}/link`, DIGEST);
    await put(`${REPOSITORY}/_manifests/revisions/sha256/${HEX}/signatures/sha256/${HEX}/link`, DIGEST);
    await put(`${REPOSITORY}/_manifests/tags/latest/current/link`, DIGEST);
    await put(`${REPOSITORY}/_manifests/tags/latest/index/sha256/${HEX}/link`, DIGEST);
    await put(`${REPOSITORY}/_uploads/${UUID}/data`, '');
  });
  afterEach(() => rm(root, { recursive: true }));

  async function put(path: string, text: string): Promise<void> {
    const file = join(root, V2, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  async function found(): Promise<string[]> {
    const leftovers: string[] = [];
    for await (const { kind, path } of findLeftovers(storage)) leftovers.push(`${kind}: ${path.slice(V2.length + 1)}`);
    return leftovers;
  }

  it('are none where all is whole, with uploads under way', async () => {
    expect(await found()).toEqual([]);
  });

  it('are none where nothing is', async () => {
    await rm(join(root, 'docker'), { recursive: true });
    expect(await found()).toEqual([]);
  });

  it.each([
    `${REPOSITORY}/_layers/sha256/${HEX}/link`,
    `${REPOSITORY}/_layers/tarsum/v1/sha256/${HEX}/link`,
    `${REPOSITORY}/_manifests/revisions/sha256/${HEX}/link`,
    `${REPOSITORY}/_manifests/revisions/sha256/${HEX}/signatures/sha256/${HEX}/link`,
    `${REPOSITORY}/_manifests/tags/latest/current/link`,
    `${REPOSITORY}/_manifests/tags/latest/index/sha256/${HEX}/link`,
  ])('are the link %s when it is cut, empty or ends with a line feed', async (link) => {
    for (const text of [DIGEST.slice(0, -1), '', `${DIGEST}\n`]) {
      await put(link, text);
      expect(await found()).toEqual([`broken link: ${link}`]);
    }
  });

  it('are a tag that has a history and no link', async () => {
    await rm(join(root, V2, `${REPOSITORY}/_manifests/tags/latest/current`), { recursive: true });
    expect(await found()).toEqual([`tag without link: ${REPOSITORY}/_manifests/tags/latest`]);
  });

  it('are folders of revisions that were deleted, with signatures or empty', async () => {
    await rm(join(root, V2, `${REPOSITORY}/_manifests/revisions/sha256/${HEX}/link`));
    const other = `${REPOSITORY}/_manifests/revisions/sha256/${HEX.replace('ab', 'ff')}`;
    await mkdir(join(root, V2, other));
    expect(await found()).toEqual([
      `revision without link: ${REPOSITORY}/_manifests/revisions/sha256/${HEX}`,
      `revision without link: ${other}`,
    ]);
  });

  it('are temporary files beside what they were to become', async () => {
    const files = [
      `blobs/sha256/ab/${HEX}/data.${UUID}.tmp`,
      `${REPOSITORY}/_manifests/tags/latest/current/link.${UUID}.tmp`,
    ];
    for (const file of files) await put(file, '');
    expect(await found()).toEqual(files.map((file) => `temporary file: ${file}`));
  });
});

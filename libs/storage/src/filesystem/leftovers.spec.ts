import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FilesystemStorageDriver } from './filesystem-storage-driver.js';
import { temporaryName } from './temporary-name.js';

const NOW = Date.now();
const BEFORE = new Date(NOW - 3_600_000);
const [OLD, NEW] = [new Date(NOW - 7_200_000), new Date(NOW - 1_800_000)];

describe('purging a folder of the file system', () => {
  let root: string;
  let driver: FilesystemStorageDriver;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'stowage-leftovers-'));
    driver = new FilesystemStorageDriver(root);
  });
  afterEach(() => rm(root, { recursive: true }));

  async function leave(path: string, modifiedAt: Date): Promise<void> {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, 'left');
    await utimes(file, modifiedAt, modifiedAt);
  }

  it('removes what a crash left long ago, with the folders that it alone lay in', async () => {
    await driver.putContent('/a/b/file', Buffer.from('kept'));
    await leave(`a/b/${temporaryName()}`, OLD);
    await leave(`made/for/${temporaryName()}`, OLD);
    await leave(temporaryName(), OLD);
    expect(await driver.purge(BEFORE)).toBe(3);
    expect((await readdir(root, { recursive: true })).sort()).toEqual(['a', 'a/b', 'a/b/file']);
  });

  it('removes a folder that was to go, with all below it', async () => {
    const doomed = temporaryName();
    await leave(`a/${doomed}/deep/file`, OLD);
    await utimes(join(root, 'a', doomed), OLD, OLD);
    expect(await driver.purge(BEFORE)).toBe(1);
    expect(await readdir(root)).toEqual([]);
  });

  it('leaves files alone, however old they are, and what is written now', async () => {
    const fresh = temporaryName();
    await leave('a/file', OLD);
    await leave('a/.file.tmp', OLD);
    await leave(`a/${fresh}`, NEW);
    expect(await driver.purge(BEFORE)).toBe(0);
    expect((await readdir(join(root, 'a'))).sort()).toEqual(['.file.tmp', 'file', fresh].sort());
  });

  it('lets a writer go on', async () => {
    const writer = await driver.writer('/a/file');
    await writer.write(Buffer.from('content'));
    await writer.flush();
    expect(await driver.purge(BEFORE)).toBe(0);
    await writer.commit();
    expect((await driver.getContent('/a/file')).toString()).toBe('content');
  });
});

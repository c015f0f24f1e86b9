import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { pathsOf } from './contract/support.contract.js';
import { FilesystemStorageDriver } from './filesystem/filesystem-storage-driver.js';
import { MemoryStorageDriver } from './memory/memory-storage-driver.js';
import { InvalidPathError } from './storage-error.js';

const folder = await mkdtemp(join(tmpdir(), 'stowage-hierarchy-'));
afterAll(() => rm(folder, { recursive: true }));

/** An object store may keep a file and a directory of one name; these drivers cannot. */
describe.each([
  ['FilesystemStorageDriver', () => new FilesystemStorageDriver(folder)],
  ['MemoryStorageDriver', () => new MemoryStorageDriver()],
])('%s', (_, create) => {
  it.each(['/dir', '/dir/file/below', '/dir/file/far/below'])(
    'refuses to write at %s, as something else is in the way',
    async (path) => {
      const driver = create();
      await driver.putContent('/dir/file', Buffer.from('x'));
      await driver.putContent('/source', Buffer.from('moved'));
      const attempts = [
        () => driver.putContent(path, Buffer.from('y')),
        () => driver.writer(path),
        () => driver.writer(path, { append: true }),
        () => driver.move('/source', path),
      ];
      for (const attempt of attempts) await expect(attempt()).rejects.toThrow(InvalidPathError);
      expect(await pathsOf(driver.walk('/'))).toEqual(['/dir', '/dir/file', '/source']);
    },
  );
});

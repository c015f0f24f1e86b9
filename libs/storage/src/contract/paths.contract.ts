import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { StorageDriver } from '../storage-driver.js';
import { InvalidPathError } from '../storage-error.js';
import { bytes, type GetDriver, pathsOf } from './support.contract.js';

const INVALID_PATHS = [
  '',
  'relative',
  'a/b',
  './a',
  '../a',
  '//',
  '//a',
  '/a//b',
  '/a/',
  '/.',
  '/..',
  '/a/.',
  '/a/..',
  '/a/./b',
  '/a/../b',
  '/../a',
  '/../../etc/passwd',
  '/%2e%2e%2fetc',
  '/%2e%2e/etc',
  '/a%2fb',
  '\\a',
  '/a\\..\\b',
  '/a\0b',
  '/a\n',
  '/a\nb',
  ' /a',
  '/a b',
  '/a:b',
  '/a+b',
  '/a~b',
  '/ä',
  '/日本',
  '/a\u2215b',
  `/${'n'.repeat(256)}`,
  `/a/${'n'.repeat(256)}/b`,
  '/a'.repeat(513),
];

type Call = (driver: StorageDriver, path: string) => Promise<unknown>;
const REQUEST = { method: 'GET', remoteAddress: '127.0.0.1' };

const CALLS_ON_FILES: Record<string, Call> = {
  getContent: (driver, path) => driver.getContent(path),
  putContent: (driver, path) => driver.putContent(path, bytes('x')),
  reader: (driver, path) => driver.reader(path),
  send: (driver, path) => driver.send(path, new Writable()),
  writer: (driver, path) => driver.writer(path),
  'writer that appends': (driver, path) => driver.writer(path, { append: true }),
  'move from': (driver, path) => driver.move(path, '/valid/new'),
  'move to': (driver, path) => driver.move('/valid/file', path),
  delete: (driver, path) => driver.delete(path),
  redirectUrl: (driver, path) => driver.redirectUrl(path, REQUEST),
};

const CALLS_ON_DIRECTORIES: Record<string, Call> = {
  stat: (driver, path) => driver.stat(path),
  list: (driver, path) => driver.list(path),
  walk: (driver, path) => pathsOf(driver.walk(path)),
};

export function describePaths(driver: GetDriver): void {
  async function expectInvalid(call: Call, path: string): Promise<void> {
    const failure = call(driver(), path);
    await expect(failure).rejects.toThrow(InvalidPathError);
    await expect(failure).rejects.toMatchObject({ path });
  }

  describe.each(Object.entries({ ...CALLS_ON_FILES, ...CALLS_ON_DIRECTORIES }))('%s', (_, call) => {
    it('rejects every invalid path with InvalidPathError, and changes nothing', async () => {
      await driver().putContent('/valid/file', bytes('x'));
      for (const path of INVALID_PATHS) await expectInvalid(call, path);
      expect(await pathsOf(driver().walk('/'))).toEqual(['/valid', '/valid/file']);
    });
  });

  it.each(Object.entries(CALLS_ON_FILES))('%s rejects the root', async (_, call) => {
    await driver().putContent('/valid/file', bytes('x'));
    await expectInvalid(call, '/');
    expect(await pathsOf(driver().walk('/'))).toEqual(['/valid', '/valid/file']);
  });
}

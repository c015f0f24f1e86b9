import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { everyByte, memoryGauge, pathsOf } from '../contract/support.contract.js';
import { pathOf } from '../path-mapper.js';
import { describeStorageDriver } from '../storage-driver.contract.js';
import {
  InvalidPathError,
  PathNotFoundError,
  SinkClosedError,
  TruncatedFileError,
  WriterClosedError,
} from '../storage-error.js';
import { exitOf, startFixture } from './child-process.contract.js';
import { FilesystemStorageDriver } from './filesystem-storage-driver.js';

/** Where a process can see which files it has open. */
const itOnLinux = process.platform === 'linux' ? it : it.skip;
const MIB = 1024 * 1024;
const UNFINISHED = '.0f8fad5b-d9cb-469f-a165-70867728950e.tmp';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stowage-storage-'));
});

afterAll(() => rm(folder, { recursive: true }));

const newFolder = () => mkdtemp(join(folder, 'root-'));

describeStorageDriver('FilesystemStorageDriver', async () => new FilesystemStorageDriver(await newFolder()));

describe('FilesystemStorageDriver', () => {
  let root: string;
  let driver: FilesystemStorageDriver;

  beforeEach(async () => {
    root = await newFolder();
    driver = new FilesystemStorageDriver(root);
  });

  const paths = (path = '/') => pathsOf(driver.walk(path));

  it('keeps a file at its path below the root', async () => {
    await driver.putContent('/a/b', Buffer.from('content'));
    expect(await readFile(join(root, 'a/b'), 'utf8')).toBe('content');
  });

  it('serves what somebody else has put below the root', async () => {
    await mkdir(join(root, 'a'));
    await writeFile(join(root, 'a/b'), 'content');
    expect(String(await driver.getContent('/a/b'))).toBe('content');
  });

  it('gives files and folders the modes that the umask leaves', async () => {
    const umask = process.umask();
    await driver.putContent('/put/file', Buffer.from('x'));
    await (await driver.writer('/written/file')).commit();
    const modeOf = async (path: string) => (await stat(join(root, path))).mode & 0o777;
    for (const path of ['put', 'written']) {
      expect(await modeOf(path)).toBe(0o777 & ~umask);
      expect(await modeOf(`${path}/file`)).toBe(0o666 & ~umask);
    }
  });

  it('hides from other users of the machine what logins could be made up with', async () => {
    await driver.putContent(pathOf.signingKeys(), Buffer.from('secret'));
    const { mode } = await stat(join(root, pathOf.secrets()));
    expect(mode & 0o777).toBe(0o700);
  });

  it('rejects a path that is too long for the file system with InvalidPathError', async () => {
    const deep = join(root, ...Array.from({ length: 13 }, () => 'r'.repeat(240)));
    await mkdir(deep, { recursive: true });
    const nested = new FilesystemStorageDriver(deep);
    const path = `/${'n'.repeat(240)}`.repeat(4);
    await expect(nested.putContent(path, Buffer.from('x'))).rejects.toThrow(InvalidPathError);
    await expect(nested.writer(path)).rejects.toThrow(InvalidPathError);
  });

  it.each(['close', 'commit'] as const)(
    'rejects %s of a file that begins in a folder that was deleted meanwhile',
    async (end) => {
      const writer = await driver.writer('/a/b/new');
      await driver.delete('/a');
      await expect(writer[end]()).rejects.toThrow(PathNotFoundError);
      await expect(writer[end]()).rejects.toThrow(WriterClosedError);
      expect(await readdir(root)).toEqual([]);
    },
  );

  it('deletes a folder of many files in folders', async () => {
    const names = Array.from({ length: 100 }, (_, i) => String(i));
    await Promise.all(names.map((name) => driver.putContent(`/a/${name}/${name}`, Buffer.from('x'))));
    await Promise.all(names.map((name) => driver.putContent(`/a/b/${name}`, Buffer.from('x'))));
    await driver.delete('/a');
    expect(await readdir(root)).toEqual([]);
  });

  it('rejects to send a file that becomes shorter meanwhile', async () => {
    await driver.putContent('/file', Buffer.alloc(4_000_000));
    const sink = new Writable({
      write: (_chunk, _encoding, callback) => void truncate(join(root, 'file'), 1000).then(() => callback(), callback),
    });
    const sending = driver.send('/file', sink, 0, 4_000_000);
    await expect(sending).rejects.toThrow(TruncatedFileError);
    await expect(sending).rejects.toMatchObject({ path: '/file', size: 4_000_000 });
  });

  it('holds little memory for many that send to slow clients, and lets go of it', async () => {
    const held = memoryGauge();
    await driver.putContent('/file', Buffer.alloc(2_000_000));
    await sendToSlowClients(128, '/file', () => expect(held()).toBeLessThan(40 * MIB));
    expect(held()).toBeLessThan(6 * MIB);
  });

  it('holds little memory for many that write at the same time', async () => {
    const held = memoryGauge();
    let chunks = 0;
    const write = async (_: unknown, i: number) => {
      const writer = await driver.writer(`/up/${i}`);
      for (let chunk = 0; chunk < 32; chunk++) {
        await writer.write(Buffer.alloc(64 * 1024));
        if (++chunks % 400 === 0) expect(held()).toBeLessThan(64 * MIB);
      }
      await writer.cancel();
    };
    await Promise.all(Array.from({ length: 64 }, write));
    expect(chunks).toBe(64 * 32);
  });

  it('sends in large chunks, however many clients have gone', async () => {
    await driver.putContent('/file', Buffer.alloc(2_000_000));
    await driver.putContent('/chunk', Buffer.alloc(500_000));
    for (let round = 0; round < 70; round++) await sendToSlowClients(1, '/file');
    await sendToSlowClients(64, '/chunk', (sizes) => expect(Math.min(...sizes)).toBe(500_000));
  });

  /** Sends to clients that take nothing, and go when each was offered a chunk, whose size `measure` is told. */
  async function sendToSlowClients(count: number, path: string, measure = (_sizes: number[]) => {}): Promise<void> {
    const sinks = Array.from({ length: count }, () => new Writable({ write: () => {} }));
    const sending = Promise.allSettled(sinks.map((sink) => driver.send(path, sink)));
    while (sinks.some((sink) => sink.writableLength === 0)) await setImmediate();
    measure(sinks.map((sink) => sink.writableLength));
    for (const sink of sinks) sink.destroy();
    for (const outcome of await sending) expect(outcome).toMatchObject({ reason: expect.any(SinkClosedError) });
  }

  it('sends the answers to HTTP requests, as far as the clients take them', async () => {
    const content = everyByte(5_000_000);
    await driver.putContent('/file', content);
    await writeFile(join(root, 'large'), '');
    await truncate(join(root, 'large'), 1024 * MIB);
    const outcomes: Promise<string>[] = [];
    const server = createServer((request, response) => {
      const sending = driver.send(request.url ?? '', response).then(() => response.end());
      const [sent, broken] = [() => 'sent', () => 'broken'];
      outcomes.push(sending.then(sent, broken));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const address = server.address();
      const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
      expect(content.equals(Buffer.from(await (await fetch(`${url}/file`)).arrayBuffer()))).toBe(true);
      await (await fetch(`${url}/large`)).body?.cancel();
      expect(await Promise.all(outcomes)).toEqual(['sent', 'broken']);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('rejects when the root is gone, and does not make it', async () => {
    await rm(root, { recursive: true });
    await expect(driver.list('/')).rejects.toThrow(PathNotFoundError);
    await expect(driver.putContent('/a/b', Buffer.from('x'))).rejects.toThrow(PathNotFoundError);
    expect(await readdir(folder)).not.toContain(root);
  });

  it('passes over names that no path can have', async () => {
    await driver.putContent('/a/file', Buffer.from('x'));
    await mkdir(join(root, 'lost+found'), { mode: 0 });
    await writeFile(join(root, 'a/file~'), '');
    expect(await driver.list('/')).toEqual(['a']);
    expect(await paths()).toEqual(['/a', '/a/file']);
  });

  describe('unfinished files', () => {
    it('are in no listing, and no path leads to them', async () => {
      await driver.putContent('/a/file', Buffer.from('x'));
      await writeFile(join(root, 'a', UNFINISHED), 'half');
      await mkdir(join(root, UNFINISHED));
      await writeFile(join(root, UNFINISHED, 'file'), 'doomed');
      expect(await driver.list('/')).toEqual(['a']);
      expect(await driver.list('/a')).toEqual(['file']);
      expect(await paths()).toEqual(['/a', '/a/file']);
      for (const path of [`/a/${UNFINISHED}`, `/${UNFINISHED}`, `/${UNFINISHED}/file`]) {
        for (const call of [driver.stat(path), driver.getContent(path), driver.list(path), driver.delete(path)]) {
          await expect(call).rejects.toThrow(InvalidPathError);
        }
      }
    });

    it('are not those that a tag or a repository could be named after', async () => {
      const path = `/tags/v1${UNFINISHED}`;
      await driver.putContent(path, Buffer.from('x'));
      expect(await paths()).toEqual(['/tags', path]);
    });

    it('go with the folder that they lie in', async () => {
      await driver.putContent('/a/b/file', Buffer.from('x'));
      await writeFile(join(root, 'a/b', UNFINISHED), 'half');
      await driver.delete('/a/b');
      expect(await readdir(root)).toEqual([]);
    });

    it('are not left behind by a failure', async () => {
      await driver.putContent('/a/file', Buffer.from('x'));
      await expect(driver.putContent('/a', Buffer.from('y'))).rejects.toThrow(InvalidPathError);
      const writer = await driver.writer('/a/new');
      await writer.write(Buffer.from('x'));
      await expect(writer.commit('/a')).rejects.toThrow(InvalidPathError);
      expect(await readdir(root)).toEqual(['a']);
      expect(await readdir(join(root, 'a'))).toEqual(['file']);
    });

    it('are all that a process leaves that dies while it begins a file', async () => {
      await driver.putContent('/a/file', Buffer.from('x'));
      const child = startFixture('write-and-wait.mjs', root, '/a/new');
      const [said] = await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await exitOf(child);
      expect(String(said)).toBe('written\n');
      expect(await readdir(join(root, 'a'))).toHaveLength(2);
      expect(await driver.list('/a')).toEqual(['file']);
      await expect(driver.stat('/a/new')).rejects.toThrow(PathNotFoundError);
    });
  });

  describe('symbolic links', () => {
    let outside: string;

    beforeEach(async () => {
      outside = await newFolder();
      await mkdir(join(outside, 'dir/empty'), { recursive: true });
      await writeFile(join(outside, 'file'), 'secret');
      await writeFile(join(outside, 'dir/file'), 'secret');
    });

    it('may be the root itself', async () => {
      await symlink(outside, join(root, 'link'));
      const linked = new FilesystemStorageDriver(join(root, 'link'));
      await linked.putContent('/new/file', Buffer.from('x'));
      await linked.move('/new/file', '/moved');
      expect(await linked.list('/')).toEqual(['dir', 'file', 'moved']);
      expect(await linked.stat('/')).toMatchObject({ isDirectory: true });
      expect(await readFile(join(outside, 'moved'), 'utf8')).toBe('x');
    });

    it('in the place of a folder lead nowhere', async () => {
      await driver.putContent('/a/source', Buffer.from('x'));
      await symlink(outside, join(root, 'a/link'));
      for (const path of ['/a/link/file', '/a/link/dir/file', '/a/link/new', '/a/link/dir/empty/new']) {
        const calls = [
          driver.getContent(path),
          driver.putContent(path, Buffer.from('x')),
          driver.reader(path),
          driver.writer(path),
          driver.writer(path, { append: true }),
          driver.stat(path),
          driver.list(path),
          driver.move(path, '/a/destination'),
          driver.move('/a/source', path),
          driver.delete(path),
          pathsOf(driver.walk(path)),
          driver.writer('/a/new').then((writer) => writer.commit(path)),
        ];
        for (const call of calls) {
          await expect(call).rejects.toThrow('symbolic links below the root are not followed');
        }
      }
      expect(await readdir(outside, { recursive: true })).toEqual(['dir', 'file', 'dir/empty', 'dir/file']);
      expect(await readFile(join(outside, 'file'), 'utf8')).toBe('secret');
    });

    it.each(['file', 'dir', 'missing'])('are not followed to what they point to: %s', async (target) => {
      await symlink(join(outside, target), join(root, 'link'));
      const calls = [
        driver.getContent('/link'),
        driver.reader('/link'),
        driver.writer('/link'),
        driver.writer('/link', { append: true }),
        driver.stat('/link'),
        driver.list('/link'),
        driver.move('/link', '/destination'),
        driver.delete('/link'),
        pathsOf(driver.walk('/link')),
      ];
      for (const call of calls) await expect(call).rejects.toThrow(InvalidPathError);
      expect(await readdir(outside)).toEqual(['dir', 'file']);
    });

    it('are replaced, not written through, by a file that is put or moved in their place', async () => {
      await symlink(join(outside, 'file'), join(root, 'link'));
      await driver.putContent('/link', Buffer.from('put'));
      expect(String(await driver.getContent('/link'))).toBe('put');
      await symlink(join(outside, 'file'), join(root, 'other'));
      await driver.move('/link', '/other');
      expect(String(await driver.getContent('/other'))).toBe('put');
      expect(await readFile(join(outside, 'file'), 'utf8')).toBe('secret');
    });

    it('stop a walk, as what they hide could be taken for gone', async () => {
      await driver.putContent('/a/file', Buffer.from('x'));
      await symlink(outside, join(root, 'b'));
      await expect(paths()).rejects.toThrow(InvalidPathError);
      expect(await driver.list('/')).toEqual(['a', 'b']);
    });

    it('are deleted, not followed, with the folder that they lie in', async () => {
      await driver.putContent('/a/file', Buffer.from('x'));
      await symlink(outside, join(root, 'a/link'));
      await driver.delete('/a');
      expect(await readdir(outside)).toEqual(['dir', 'file']);
      expect(await readdir(root)).toEqual([]);
    });
  });

  itOnLinux('leaves no file open', async () => {
    await driver.putContent('/a/file', Buffer.alloc(1_000_000));
    const openFiles = async () => (await readdir('/proc/self/fd')).length;
    const before = await openFiles();

    await driver.getContent('/a/file');
    for (const path of ['/missing', '/a', '/a/file/below']) {
      for (const call of [driver.getContent(path), driver.reader(path)]) await expect(call).rejects.toThrow(Error);
    }
    await expect(driver.writer('/a')).rejects.toThrow(InvalidPathError);
    await expect(driver.writer('/a/file', { append: true, offset: 2_000_000 })).rejects.toThrow(Error);
    await expect(driver.putContent('/a', Buffer.from('x'))).rejects.toThrow(InvalidPathError);

    for (const ending of ['close', 'commit', 'cancel'] as const) {
      for (const append of [true, false]) {
        const writer = await driver.writer('/b/file', { append });
        await writer.write(Buffer.from('x'));
        await writer[ending]();
      }
    }
    for (const destination of ['/b/file', '/c/file', '/a', '/a/file/below']) {
      const writer = await driver.writer('/b/file', { append: true });
      await writer.commit(destination).catch(() => {});
    }

    const takesAll = () => new Writable({ write: (_chunk, _encoding, callback) => callback() });
    const breaks: Writable = new Writable({ write: () => breaks.destroy() });
    await driver.send('/a/file', takesAll());
    for (const path of ['/missing', '/a']) await expect(driver.send(path, takesAll())).rejects.toThrow(Error);
    await expect(driver.send('/a/file', takesAll(), 0, 2_000_000)).rejects.toThrow(Error);
    for (let i = 0; i < 2; i++) await expect(driver.send('/a/file', breaks)).rejects.toThrow(SinkClosedError);

    const readers = await Promise.all([0, 0, 0, 500_000, 5_000_000].map((offset) => driver.reader('/a/file', offset)));
    const [, begun, read, ...rest] = readers;
    for await (const _ of begun ?? []) break;
    for (const reader of [read, ...rest]) await reader?.toArray();
    for (const reader of readers) reader.destroy();
    while (readers.some((reader) => !reader.closed)) await setImmediate();

    expect(await openFiles()).toBe(before);
  });

  it('shares folders that come and go with other processes', async () => {
    const rounds = 60;
    const others = ['one', 'two', 'three'].map((name) => startFixture('come-and-go.mjs', root, name, rounds));
    expect(await Promise.all(others.map(exitOf))).toEqual([0, 0, 0]);
    expect(await driver.list('/')).toEqual([]);
  });
});

import { access, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditFile } from './audit-file.js';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stowage-audit-'));
  path = join(folder, 'audit.log');
});
afterEach(() => rm(folder, { recursive: true }));

const fail = (error: unknown) => {
  throw error;
};
const lines = async (file: string) => (await readFile(file, 'utf8')).split('\n').slice(0, -1);
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => String(from + index));

describe('AuditFile', () => {
  it('appends to what is there, and writes all before it is closed', async () => {
    for (const round of [0, 1]) {
      const file = await AuditFile.open(path, fail);
      for (const line of numbers(round * 1000, round * 1000 + 1000)) file.append(line);
      await file.close();
    }
    expect(await lines(path)).toEqual(numbers(0, 2000));
    expect((await stat(path)).mode & 0o007).toBe(0);
  });

  it('closes when nothing was written', async () => {
    await (await AuditFile.open(path, fail)).close();
    expect(await lines(path)).toEqual([]);
  });

  it('goes on in a new file when it is moved away, and loses nothing', async () => {
    const file = await AuditFile.open(path, fail, 10);
    const moved = join(folder, 'audit.log.1');
    let line = 0;
    const append = () => file.append(String(line++));
    for (let time = 0; time < 100; time++) append();
    await rename(path, moved);
    while (!(await isThere(path))) {
      append();
      await setTimeout(1);
    }
    for (let time = 0; time < 100; time++) append();
    await file.close();
    expect([...(await lines(moved)), ...(await lines(path))]).toEqual(numbers(0, line));
  });

  it('can be written by several at once', async () => {
    const files = await Promise.all([AuditFile.open(path, fail), AuditFile.open(path, fail)]);
    for (const line of numbers(0, 500)) for (const file of files) file.append(line);
    await Promise.all(files.map((file) => file.close()));
    expect((await lines(path)).sort()).toEqual([...numbers(0, 500), ...numbers(0, 500)].sort());
  });

  it('cannot be opened where there is no folder', async () => {
    await expect(AuditFile.open(join(folder, 'none', 'audit.log'), fail)).rejects.toThrow('ENOENT');
  });
});

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

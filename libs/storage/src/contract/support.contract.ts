import { buffer } from 'node:stream/consumers';
import { collectGarbage } from '../../../../test/support/garbage.js';
import type { FileInfo, StorageDriver } from '../storage-driver.js';
import { PathNotFoundError } from '../storage-error.js';

/** The driver of the test that runs, on an empty storage. */
export type GetDriver = () => StorageDriver;

export const bytes = (text: string) => Buffer.from(text);

export async function textAt(driver: StorageDriver, path: string): Promise<string> {
  return (await driver.getContent(path)).toString();
}

export async function readAll(driver: StorageDriver, path: string, offset?: number, length?: number): Promise<Buffer> {
  return buffer(await driver.reader(path, offset, length));
}

export async function putAll(driver: StorageDriver, paths: readonly string[]): Promise<void> {
  for (const path of paths) await driver.putContent(path, bytes(path));
}

export async function exists(driver: StorageDriver, path: string): Promise<boolean> {
  try {
    await driver.stat(path);
    return true;
  } catch (error) {
    if (error instanceof PathNotFoundError) return false;
    throw error;
  }
}

export async function pathsOf(walk: AsyncIterable<FileInfo>): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of walk) paths.push(path);
  return paths;
}

/** Every byte there is, many times and at odd places, the first and last of them special to text. */
export function everyByte(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, i) => (i * 7 + (i >> 8)) & 0xff));
}

/** How many bytes of buffers are in use beyond those at the beginning. */
export function memoryGauge(): () => number {
  const inUse = () => {
    // What the first finds is freed in the background; the second waits for that.
    collectGarbage();
    collectGarbage();
    return process.memoryUsage().arrayBuffers;
  };
  const before = inUse();
  return () => inUse() - before;
}

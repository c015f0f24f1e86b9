import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

const PIECE = Buffer.alloc(1024 * 1024);

/**
 * Makes sure that the operating system has so many bytes of memory for the files that are written next below `folder`. A
 * virtual machine may have given its free memory back to the host, and writing to memory that comes from there again takes up
 * to ten times as long: that would be measured, and not the server.
 */
export async function takeMemory(folder: string, bytes: number): Promise<void> {
  const path = join(folder, 'memory');
  const file = await open(path, 'w');
  for (let written = 0; written < bytes; written += PIECE.length) await file.write(PIECE);
  await file.close();
  // What is removed at once is never written to the disk.
  await rm(path);
}

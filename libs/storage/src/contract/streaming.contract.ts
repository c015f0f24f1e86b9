import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { DriverTraits } from '../storage-driver.contract.js';
import { type GetDriver, memoryGauge } from './support.contract.js';

const MIB = 1024 * 1024;
const FILE_BYTES = 48 * MIB;
const CHUNK_BYTES = 256 * 1024;
/** What a stream may hold at any time, at most. */
const BOUND_BYTES = 6 * MIB;

export function describeStreaming(driver: GetDriver, { keepsContentInMemory = false }: DriverTraits): void {
  describe('a large file', () => {
    it('is read as it was written', async () => {
      const [written, read] = [createHash('sha256'), createHash('sha256')];
      const writer = await driver().writer('/large');
      for (const chunk of chunks()) {
        written.update(chunk);
        await writer.write(chunk);
      }
      await writer.commit();
      for await (const chunk of await driver().reader('/large')) read.update(chunk);
      expect((await driver().stat('/large')).size).toBe(FILE_BYTES);
      expect(read.digest('hex')).toBe(written.digest('hex'));
    });

    const ifBounded = keepsContentInMemory ? it.skip : it;

    ifBounded('is written without holding much of it', async () => {
      const held = memoryGauge();
      const writer = await driver().writer('/large');
      let count = 0;
      for (const chunk of chunks()) {
        await writer.write(chunk);
        if (++count % 24 === 0) expect(held()).toBeLessThan(BOUND_BYTES);
      }
      await writer.close();
    });

    ifBounded('is read without holding much of it', async () => {
      const writer = await driver().writer('/large');
      for (const chunk of chunks()) await writer.write(chunk);
      await writer.commit();
      const held = memoryGauge();
      let [received, measured] = [0, 0];
      for await (const chunk of await driver().reader('/large')) {
        received += chunk.length;
        if (received - measured < 6 * MIB) continue;
        measured = received;
        expect(held()).toBeLessThan(BOUND_BYTES);
      }
      expect(received).toBe(FILE_BYTES);
    });
  });
}

function* chunks(): Generator<Buffer> {
  for (let i = 0; i < FILE_BYTES / CHUNK_BYTES; i++) yield Buffer.alloc(CHUNK_BYTES, `chunk ${i} `);
}

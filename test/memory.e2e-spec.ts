import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBlob } from './support/registry.js';
import { type SharedStorage, sharedStorage } from './support/shared-storage.js';
import { SourceServer } from './support/source-server.js';
import { Wire } from './support/wire.js';

const NAME = 'library/app';
const MIB = 1024 * 1024;
/** What is on its way to a store is in memory: some parts, and what its library makes of them. */
const MOST_GROWTH = (process.env.STOWAGE_TEST_STORE ? 200 : 100) * MIB;

jest.setTimeout(240_000);

/** Only Linux tells how much memory a process has had. */
(process.platform === 'linux' ? describe : describe.skip)('the memory of the server', () => {
  let shared: SharedStorage;
  let server: SourceServer;
  let url: string;

  beforeAll(async () => {
    shared = await sharedStorage();
    server = new SourceServer(shared.settings);
    url = await server.listening();
  });
  afterAll(async () => {
    await server.kill();
    await shared.remove();
  });

  /** Bytes that the process grew by at most while `work` ran. */
  async function growth(work: () => Promise<void>): Promise<number> {
    await writeFile(`/proc/${server.pid}/clear_refs`, '5');
    const before = await memory('VmRSS');
    await work();
    return (await memory('VmHWM')) - before;
  }

  async function memory(field: 'VmRSS' | 'VmHWM'): Promise<number> {
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
  }

  async function push(pieces: Iterable<Uint8Array>, digest: () => string): Promise<void> {
    const wire = await Wire.open(url);
    const location = (await wire.send('POST', `/v2/${NAME}/blobs/uploads/`, { 'Content-Length': 0 }).answer()).headers;
    const target = location.get('location') ?? '';
    wire.send('PATCH', target, { 'Transfer-Encoding': 'chunked' });
    for (const piece of pieces) {
      wire.sendRaw(`${piece.length.toString(16)}\r\n`, piece, '\r\n');
      if (wire.socket.writableNeedDrain) await once(wire.socket, 'drain');
    }
    wire.sendRaw('0\r\n\r\n');
    expect((await wire.answer()).status).toBe(202);
    wire.send('PUT', `${target}?digest=${digest()}`, { 'Content-Length': 0 });
    expect((await wire.answer()).status).toBe(201);
    wire.close();
  }

  it('grows by little while 512 MiB are uploaded', async () => {
    const hash = createHash('sha256');
    const pieces = function* () {
      const piece = randomBytes(MIB);
      for (let number = 0; number < 512; number++) {
        piece.writeUInt32BE(number);
        hash.update(piece);
        yield Buffer.from(piece);
      }
    };
    const grown = await growth(() => push(pieces(), () => `sha256:${hash.digest('hex')}`));
    expect(grown).toBeLessThan(MOST_GROWTH);
  });

  it('grows by little while 16 clients stall in the middle of 64 MiB', async () => {
    const { content, digest } = randomBlob(64 * MIB);
    await push([content], () => digest);
    const wires = await Promise.all(Array.from({ length: 16 }, () => Wire.open(url)));
    const grown = await growth(async () => {
      for (const { socket } of wires.map((wire) => wire.send('GET', `/v2/${NAME}/blobs/${digest}`))) {
        await once(socket, 'data');
        socket.pause();
      }
      // Time enough to read a gigabyte from the cache of the file system.
      await setTimeout(2_000);
    });
    expect(grown).toBeLessThan(MOST_GROWTH);

    const [first, ...others] = wires;
    for (const wire of others) wire.close();
    first?.socket.resume();
    expect((await first?.answer())?.body.equals(content)).toBe(true);
  });
});

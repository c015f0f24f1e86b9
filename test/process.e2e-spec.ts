import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { digestOf, randomBlob } from './support/registry.js';
import { type SharedStorage, sharedStorage } from './support/shared-storage.js';
import { SourceServer } from './support/source-server.js';
import { Wire } from './support/wire.js';

const NAME = 'library/app';
const MIB = 1024 * 1024;

/** A start takes a second or two, several on a busy machine. */
jest.setTimeout(30_000);

describe('the process', () => {
  let shared: SharedStorage;
  let servers: SourceServer[];
  let wires: Wire[];

  beforeEach(async () => {
    shared = await sharedStorage();
    servers = [];
    wires = [];
  });
  afterEach(async () => {
    for (const wire of wires) wire.close();
    await Promise.all(servers.map((server) => server.kill()));
    await shared.remove();
  });

  function start(settings: Record<string, string> = {}): SourceServer {
    const server = new SourceServer({ ...shared.settings, ...settings });
    servers.push(server);
    return server;
  }

  async function open(url: string): Promise<Wire> {
    const wire = await Wire.open(url);
    wires.push(wire);
    return wire;
  }

  async function begin(wire: Wire): Promise<string> {
    wire.send('POST', `/v2/${NAME}/blobs/uploads/`, { 'Content-Length': 0 });
    return (await wire.answer()).headers.get('location') ?? '';
  }

  const isThere = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    );

  it('exits with 78 on a wrong configuration, tells all that is wrong with it, and touches nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stowage-process-'));
    const root = join(folder, 'root');
    const server = start({
      ...onDisk(root),
      STOWAGE_HTTP_PORT: '70000',
      STOWAGE_HTTP_HOST: 'nowhere',
      STOWAGE_LOG_LEVLE: 'secret',
    });
    expect(await server.exit).toBe(78);
    for (const name of ['STOWAGE_HTTP_PORT', 'STOWAGE_HTTP_HOST', 'STOWAGE_LOG_LEVLE']) {
      expect(server.errors).toContain(name);
    }
    expect(server.errors).not.toMatch(/70000|nowhere|secret|\n +at /);
    expect(server.log).toEqual([]);
    expect(await isThere(root)).toBe(false);
    await rm(folder, { recursive: true });
  });

  it('exits with 1 when its port is taken, and says so', async () => {
    const first = new URL(await start().listening());
    const server = start({ STOWAGE_HTTP_PORT: first.port });
    expect(await server.exit).toBe(1);
    expect(server.log).toContainEqual(
      expect.objectContaining({ level: 'fatal', err: expect.objectContaining({ code: 'EADDRINUSE' }) }),
    );
  });

  it('exits with 1 when it cannot use its storage, and says so before it listens', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stowage-process-'));
    await writeFile(join(folder, 'root'), 'a file');
    const server = start(onDisk(join(folder, 'root')));
    expect(await server.exit).toBe(1);
    expect(server.log).toContainEqual(expect.objectContaining({ level: 'fatal', msg: 'cannot start' }));
    expect(server.log).not.toContainEqual(expect.objectContaining({ msg: 'listening' }));
    await rm(folder, { recursive: true });
  });

  it('lets running transfers finish on SIGTERM, but waits for no others, and exits with 0', async () => {
    const server = start();
    const url = await server.listening();
    const { content, digest } = randomBlob(32 * MIB);
    const [idle, silent, halfAsked, busy, download, upload] = await Promise.all([
      open(url),
      open(url),
      open(url),
      open(url),
      open(url),
      open(url),
    ]);
    const post = { 'Content-Length': content.length };
    idle.send('POST', `/v2/${NAME}/blobs/uploads/?digest=${digest}`, post, content);
    expect((await idle.answer()).status).toBe(201);

    download.send('GET', `/v2/${NAME}/blobs/${digest}`);
    await new Promise((resolve) => download.socket.once('data', resolve));
    download.socket.pause();
    const location = await begin(upload);
    upload.send('PATCH', location, { 'Content-Length': MIB }, content.subarray(0, MIB / 2));
    halfAsked.sendRaw('GET /v2/ HTTP/1.1\r\nHost');
    const isBusy = keepBusy(busy);

    server.signal('SIGTERM');
    await server.logged('stopping');
    for (const wire of [idle, silent, halfAsked]) await wire.closed();
    await isBusy;
    await expect(Wire.open(url)).rejects.toThrow('ECONNREFUSED');

    upload.sendRaw(content.subarray(MIB / 2, MIB));
    expect((await upload.answer()).headers.get('range')).toBe(`0-${MIB - 1}`);
    download.socket.resume();
    expect((await download.answer()).body.equals(content)).toBe(true);
    await Promise.all([upload.closed(), download.closed()]);
    expect(await server.exit).toBe(0);
    expect(server.log.at(-1)).toMatchObject({ msg: 'stopped' });
    expect(server.errors).toBe('');
  });

  it('cuts what is not done after the drain timeout, and the next one goes on where the client was told', async () => {
    const server = start({ STOWAGE_HTTP_DRAIN_TIMEOUT: '300ms' });
    const { content, digest } = randomBlob(3 * MIB);
    const upload = await open(await server.listening());
    const location = await begin(upload);
    upload.send('PATCH', location, { 'Content-Length': MIB }, content.subarray(0, MIB));
    expect((await upload.answer()).status).toBe(202);
    upload.send('PATCH', location, { 'Content-Length': MIB }, content.subarray(MIB, 2 * MIB - 1));
    server.signal('SIGTERM');
    await upload.closed();
    expect(await server.exit).toBe(0);

    const next = start();
    const wire = await open(await next.listening());
    expect((await wire.send('GET', location).answer()).headers.get('range')).toBe(`0-${MIB - 1}`);
    const rest = content.subarray(MIB);
    const headers = { 'Content-Length': rest.length, 'Content-Range': `${MIB}-${content.length - 1}` };
    wire.send('PUT', `${location}?digest=${digest}`, headers, rest);
    expect((await wire.answer()).status).toBe(201);
    wire.send('GET', `/v2/${NAME}/blobs/${digest}`);
    expect(digestOf((await wire.answer()).body)).toBe(digest);
  });
});

const onDisk = (root: string) => ({
  STOWAGE_STORAGE_DRIVER: 'filesystem',
  STOWAGE_STORAGE_FILESYSTEM_ROOT: root,
});

/** Asks without a pause until the connection is closed. */
async function keepBusy(wire: Wire): Promise<void> {
  try {
    for (;;) await wire.send('GET', '/v2/').answer();
  } catch {
    await wire.closed();
  }
}

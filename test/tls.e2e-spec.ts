import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { type ConnectionOptions, connect, TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RegistryConfigInput } from '../src/config/index.js';
import type { RegistryServer } from '../src/http/index.js';
import { Authority, type Issued, readIssued } from './support/authority.js';
import { digestOf, type Registry, randomBlob, startRegistry } from './support/registry.js';
import { SourceServer } from './support/source-server.js';

const NAME = 'library/app';
const MIB = 1024 * 1024;
const SERVER = { names: 'IP:127.0.0.1,DNS:localhost' };

type TlsInput = NonNullable<NonNullable<RegistryConfigInput['http']>['tls']>;

interface Answer {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly body: Buffer;
  /** Whether the connection took up the session of one before. */
  readonly isResumed: boolean;
}

describe('TLS', () => {
  let folder: string;
  let authority: Authority;
  let first: Issued;
  let second: Issued;
  let ca: Buffer;
  let agents: Agent[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stowage-tls-'));
    authority = await Authority.create(join(folder, 'ca'));
    first = await authority.issue('first', SERVER);
    second = await authority.issue('second', SERVER);
    ca = await readFile(authority.certificate);
  });
  beforeEach(() => {
    agents = [];
  });
  afterEach(() => {
    for (const agent of agents) agent.destroy();
  });
  afterAll(() => rm(folder, { recursive: true }));

  function agentWith(options: ConnectionOptions = {}): Agent {
    const agent = new Agent({ ca, keepAlive: true, ...options });
    agents.push(agent);
    return agent;
  }

  async function ask(agent: Agent, url: string, method = 'GET', body?: Buffer): Promise<Answer> {
    const asked = request(url, { agent, method, headers: body ? { 'Content-Length': body.length } : {} });
    asked.end(body);
    const [answer] = await once(asked, 'response');
    const isResumed = answer.socket.isSessionReused();
    return { status: answer.statusCode, headers: answer.headers, body: await buffer(answer), isResumed };
  }

  async function shakeHands(url: string, options: ConnectionOptions = {}): Promise<TLSSocket> {
    const { port } = new URL(url);
    const socket = connect({ host: '127.0.0.1', port: Number(port), ca, ...options });
    await once(socket, 'secureConnect');
    return socket;
  }

  async function subjectOn(url: string): Promise<string> {
    const socket = await shakeHands(url);
    const subject = socket.getPeerX509Certificate()?.subject ?? '';
    socket.destroy();
    return subject;
  }

  describe('of a server', () => {
    let registry: Registry;
    let root: string;
    let files: Issued;

    beforeAll(async () => {
      root = await mkdtemp(join(folder, 'root-'));
      files = { certificate: join(folder, 'server.pem'), key: join(folder, 'server.key') };
      await put(first, files);
      registry = await startRegistry({
        http: { tls: files, location: 'absolute' },
        storage: { driver: 'filesystem', filesystem: { root } },
      });
    });
    afterAll(() => registry.close());

    async function put(from: Issued, to: Issued): Promise<void> {
      await copyFile(from.certificate, to.certificate);
      await copyFile(from.key, to.key);
    }

    it('has an address that says https, and answers with URLs that do', async () => {
      expect(registry.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
      const { status, headers } = await ask(agentWith(), `${registry.url}/v2/${NAME}/blobs/uploads/`, 'POST');
      expect(status).toBe(202);
      expect(headers.location).toContain(`${registry.url}/v2/${NAME}/blobs/uploads/`);
    });

    it('carries large blobs in both directions, and ranges of them', async () => {
      const agent = agentWith();
      const { content, digest } = randomBlob(33 * MIB + 5);
      const target = `${registry.url}/v2/${NAME}/blobs/uploads/?digest=${digest}`;
      expect((await ask(agent, target, 'POST', content)).status).toBe(201);
      const { body } = await ask(agent, `${registry.url}/v2/${NAME}/blobs/${digest}`);
      expect(digestOf(body)).toBe(digest);
      expect((await ask(agent, `${registry.url}/v2/`)).status).toBe(200);
    });

    it('logs the bytes that it sent', async () => {
      const { body } = await ask(agentWith(), `${registry.url}/openapi.json`);
      const isLogged = () => registry.log.find(({ path }) => path === '/openapi.json');
      while (!isLogged()) await setTimeout(5);
      expect(isLogged()).toMatchObject({ status: 200, remoteAddress: '127.0.0.1' });
      expect(Number(isLogged()?.bytes)).toBeGreaterThan(body.length);
      expect(Number(isLogged()?.bytes)).toBeLessThan(body.length + 2_000);
    });

    it('takes chunks of an upload', async () => {
      const agent = agentWith();
      const { content, digest } = randomBlob(20 * MIB);
      const begun = await ask(agent, `${registry.url}/v2/${NAME}/blobs/uploads/`, 'POST');
      const chunk = await ask(agent, String(begun.headers.location), 'PATCH', content);
      expect(chunk.status).toBe(202);
      const target = `${chunk.headers.location}?digest=${digest}`;
      expect((await ask(agent, target, 'PUT')).status).toBe(201);
    });

    it('speaks HTTP/1.1 and nothing else', async () => {
      const socket = await shakeHands(registry.url, { ALPNProtocols: ['h2', 'http/1.1'] });
      expect(socket.alpnProtocol).toBe('http/1.1');
      socket.destroy();
      await expect(shakeHands(registry.url, { ALPNProtocols: ['h2'] })).rejects.toThrow();
    });

    it('answers what is no HTTP within TLS with 400', async () => {
      const socket = await shakeHands(registry.url);
      socket.write('hello\r\n\r\n');
      expect(String(await buffer(socket))).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    });

    it('closes a connection that does not begin TLS, and serves the next', async () => {
      const { port } = new URL(registry.url);
      const plain = connectPlain(Number(port), '127.0.0.1');
      plain.write('GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\n');
      expect(String(await buffer(plain))).not.toContain('HTTP/1.1 200');
      expect((await ask(agentWith(), `${registry.url}/v2/`)).status).toBe(200);
    });

    it('speaks 1.2 and 1.3, and nothing older', async () => {
      for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
        const socket = await shakeHands(registry.url, { minVersion: version, maxVersion: version });
        expect(socket.getProtocol()).toBe(version);
        socket.destroy();
      }
      const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      await expect(shakeHands(registry.url, old)).rejects.toThrow(/protocol version|unsupported protocol/i);
    });

    it('shows a new certificate to new connections, and those that are there go on', async () => {
      const agent = agentWith({ maxSockets: 1 } as ConnectionOptions);
      const { content, digest } = randomBlob(2 * MIB);
      const post = request(`${registry.url}/v2/${NAME}/blobs/uploads/?digest=${digest}`, {
        agent,
        method: 'POST',
        headers: { 'Content-Length': content.length },
      });
      const answered = once(post, 'response');
      post.write(content.subarray(0, MIB));
      expect(await subjectOn(registry.url)).toBe('CN=first');

      await put(second, files);
      while ((await subjectOn(registry.url)) !== 'CN=second') await setTimeout(50);
      post.end(content.subarray(MIB));
      const [answer] = await answered;
      expect(answer.statusCode).toBe(201);
    });

    it('keeps the certificate while the files do not belong together, cannot be read or are gone, and says so', async () => {
      const failures = () => registry.log.filter(({ level }) => level === 'error').length;
      const failsAfter = async (change: Promise<unknown>) => {
        const before = failures();
        await change;
        while (failures() === before) await setTimeout(50);
        expect(await subjectOn(registry.url)).toBe('CN=second');
      };
      await failsAfter(copyFile(first.certificate, files.certificate));
      await failsAfter(writeFile(files.certificate, 'no certificate'));
      await failsAfter(rename(files.certificate, `${files.certificate}.gone`));
      await put(first, files);
      while ((await subjectOn(registry.url)) !== 'CN=first') await setTimeout(50);
      expect(JSON.stringify(registry.log)).not.toContain('PRIVATE KEY');
    });
  });

  describe('of a server that wants 1.3', () => {
    it('refuses 1.2', async () => {
      const registry = await startRegistry({ http: { tls: { ...first, minVersion: '1.3' } } });
      try {
        await expect(shakeHands(registry.url, { maxVersion: 'TLSv1.2' })).rejects.toThrow(/protocol version/i);
        (await shakeHands(registry.url)).destroy();
      } finally {
        await registry.close();
      }
    });
  });

  it.each<[string, () => Promise<TlsInput>]>([
    ['the key is that of another certificate', async () => ({ certificate: first.certificate, key: second.key })],
    ['there is no certificate', async () => ({ certificate: join(folder, 'nowhere'), key: first.key })],
    ['there are no authorities in their file', async () => ({ ...first, clientAuthorities: first.key })],
  ])('keeps the server from starting where %s', async (_case, tls) => {
    await expect(startRegistry({ http: { tls: await tls() } })).rejects.toThrow();
  });

  describe('with certificates of clients', () => {
    let clients: Authority;
    let registry: Registry;
    let shown: (string | null)[];

    beforeAll(async () => {
      clients = await Authority.create(join(folder, 'clients'), 'clients');
      registry = await startRegistry({ http: { tls: { ...first, clientAuthorities: clients.certificate } } });
      registry.app.getHttpServer().on('request', (incoming) => shown.push(subjectOf(incoming) ?? null));
    });
    beforeEach(() => {
      shown = [];
    });
    afterAll(() => registry.close());

    /** On connections of their own, the second of which takes up the session of the first. */
    async function askTwice(options: ConnectionOptions): Promise<void> {
      const agent = new Agent({ ca, ...options });
      const answers = [await ask(agent, `${registry.url}/v2/`), await ask(agent, `${registry.url}/v2/`)];
      expect(answers).toMatchObject([{ status: 200 }, { status: 200, isResumed: true }]);
      agent.destroy();
    }

    it.each(['TLSv1.2', 'TLSv1.3'] as const)('knows that of an authority (%s)', async (maxVersion) => {
      const issued = await clients.issue(maxVersion);
      await askTwice({ ...(await readIssued(issued)), maxVersion });
      expect(shown).toEqual([`CN=${maxVersion}`, `CN=${maxVersion}`]);
    });

    it.each<[string, () => Promise<ConnectionOptions>]>([
      ['none', async () => ({})],
      ['one of another authority', async () => readIssued(await authority.issue('stranger'))],
      ['one that has expired', async () => readIssued(await clients.issue('expired', { days: -1 }))],
      ['one that it signed itself', async () => readIssued(await Authority.create(join(folder, 'self')))],
    ])('serves a client with %s like one without', async (_case, options) => {
      await askTwice(await options());
      expect(shown).toEqual([null, null]);
    });
  });

  it('takes up no session of a client whose authority was taken away', async () => {
    const clients = await Authority.create(join(folder, 'former'));
    const clientAuthorities = join(folder, 'authorities.pem');
    await copyFile(clients.certificate, clientAuthorities);
    const registry = await startRegistry({ http: { tls: { ...first, clientAuthorities } } });
    let shown: string | undefined;
    registry.app.getHttpServer().on('request', (incoming) => {
      shown = subjectOf(incoming);
    });
    const agent = new Agent({ ca, ...(await readIssued(await clients.issue('client'))) });
    await ask(agent, `${registry.url}/v2/`);
    expect(shown).toBe('CN=client');
    await copyFile(authority.certificate, clientAuthorities);
    while (shown !== undefined) {
      await setTimeout(50);
      await ask(agent, `${registry.url}/v2/`);
    }
    await registry.close();
  });

  describe('of a server that stops', () => {
    it('waits for no client that has not agreed on TLS, and for answers that are due', async () => {
      const registry = await startRegistry({ http: { tls: first } });
      const { content, digest } = randomBlob(2 * MIB);
      const silent = connectPlain(Number(new URL(registry.url).port), '127.0.0.1');
      await once(silent, 'connect');
      const idle = await shakeHands(registry.url);
      const post = request(`${registry.url}/v2/${NAME}/blobs/uploads/?digest=${digest}`, {
        agent: agentWith(),
        method: 'POST',
        headers: { 'Content-Length': content.length },
      });
      const answered = once(post, 'response');
      post.write(content.subarray(0, MIB));
      await once(registry.app.getHttpServer(), 'request');

      const drained = (registry.app.getHttpServer() as RegistryServer).drain(60_000);
      await Promise.all([once(silent, 'close'), buffer(idle)]);
      post.end(content.subarray(MIB));
      const [answer] = await answered;
      expect([answer.statusCode, answer.headers.connection]).toEqual([201, 'close']);
      await drained;
      await registry.app.close();
    });

    it('cuts off what takes longer than the headers may', async () => {
      const registry = await startRegistry({ http: { tls: first, headersTimeout: 300, idleTimeout: 300 } });
      const silent = connectPlain(Number(new URL(registry.url).port), '127.0.0.1');
      const idle = await shakeHands(registry.url);
      await Promise.all([buffer(silent), buffer(idle)]);
      await registry.close();
    });
  });

  it('is spoken by several workers', async () => {
    const server = new SourceServer({
      STOWAGE_STORAGE_FILESYSTEM_ROOT: await mkdtemp(join(folder, 'root-')),
      STOWAGE_HTTP_WORKERS: '2',
      STOWAGE_HTTP_TLS_CERTIFICATE: first.certificate,
      STOWAGE_HTTP_TLS_KEY: first.key,
    });
    try {
      const url = (await server.logged('listening', 2)).url ?? '';
      expect(url).toMatch(/^https:/);
      const agent = new Agent({ ca });
      for (let number = 0; number < 8; number++) expect((await ask(agent, `${url}/v2/`)).status).toBe(200);
      server.signal('SIGTERM');
      expect(await server.exit).toBe(0);
    } finally {
      await server.kill();
    }
  });
});

/** The subject of the certificate of a client that an authority vouched for. */
function subjectOf({ socket }: IncomingMessage): string | undefined {
  return socket instanceof TLSSocket && socket.authorized ? socket.getPeerX509Certificate()?.subject : undefined;
}

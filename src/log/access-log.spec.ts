import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express, RequestHandler } from 'express';
import type { AccessEntry } from './access-entry.js';
import { accessLog } from './access-log.js';
import { createLogger } from './create-logger.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SECRET = 'hunter2';

describe('accessLog', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
  });

  /** Starts a server of one handler. `lines` ends when the server has no more connections. */
  async function start(handler: RequestHandler): Promise<{ port: number; lines: AsyncIterator<string> }> {
    const log = new PassThrough();
    const app = new ExpressAdapter().getInstance<Express>();
    app.use(accessLog(createLogger({ level: 'info', format: 'json' }, log)), handler);
    server = createServer(app).listen(0, '127.0.0.1');
    server.on('close', () => log.end());
    await once(server, 'listening');
    return { port: (server.address() as AddressInfo).port, lines: linesOf(log) };
  }

  async function* linesOf(log: PassThrough): AsyncGenerator<string> {
    for await (const chunk of log) yield* String(chunk).trimEnd().split('\n');
  }

  async function next(lines: AsyncIterator<string>): Promise<AccessEntry> {
    return JSON.parse((await lines.next()).value);
  }

  const answer: RequestHandler = (_request, response) => {
    response.end('hello');
  };

  it('logs one line with all that is known of the request', async () => {
    const { port, lines } = await start((_request, response) => {
      Object.assign(response.locals, { route: 'manifest', name: 'library/ubuntu' });
      response.status(201).end('hello');
    });
    const headers = { 'User-Agent': 'docker/28.0', 'X-Request-Id': 'a.b_c-1', Connection: 'close' };
    await fetch(`http://127.0.0.1:${port}/v2/library/ubuntu/manifests/latest`, { method: 'PUT', headers });
    expect(await next(lines)).toEqual({
      level: 'info',
      time: expect.any(Number),
      msg: 'request',
      method: 'PUT',
      route: 'manifest',
      name: 'library/ubuntu',
      path: '/v2/library/ubuntu/manifests/latest',
      status: 201,
      bytes: expect.any(Number),
      duration: expect.any(Number),
      requestId: 'a.b_c-1',
      remoteAddress: '127.0.0.1',
      userAgent: 'docker/28.0',
    });
    server?.close();
    expect(await lines.next()).toEqual({ done: true, value: undefined });
  });

  it('counts the bytes of each answer on a connection that is used again', async () => {
    const { port, lines } = await start((request, response) => {
      response.end('x'.repeat(request.path === '/large' ? 100_000 : 1));
    });
    const socket = connect(port, '127.0.0.1');
    const received = text(socket);
    socket.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
    const large = await next(lines);
    socket.write('GET /small HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const small = await next(lines);
    expect(large.bytes + small.bytes).toBe((await received).length);
    expect(small.bytes).toBeLessThan(1_000);
  });

  it('measures the time up to the end of the answer in tenths of a millisecond', async () => {
    const { port, lines } = await start((_request, response) => {
      response.write('hello');
      setTimeout(() => response.end(), 25);
    });
    await (await fetch(`http://127.0.0.1:${port}/`)).text();
    const { duration } = await next(lines);
    expect(duration).toBeGreaterThan(20);
    expect(duration).toBe(Number(duration.toFixed(1)));
  });

  it('has no query and no header that can hold a secret', async () => {
    const { port, lines } = await start(answer);
    const headers = { Authorization: `Basic ${SECRET}`, Cookie: SECRET, 'X-Request-Id': `${SECRET} ` };
    await fetch(`http://127.0.0.1:${port}/v2/?token=${SECRET}?`, { headers });
    const line = String((await lines.next()).value);
    expect(JSON.parse(line).path).toBe('/v2/');
    expect(JSON.parse(line).requestId).toBe(SECRET);
    expect(line.replace(`"requestId":"${SECRET}"`, '')).not.toContain(SECRET);
  });

  it('has no login of a target in absolute form', async () => {
    const { port, lines } = await start(answer);
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET http://user:${SECRET}@registry/v2/?a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect((await next(lines)).path).toBe('/v2/');
    socket.destroy();
  });

  it.each([
    ['before the headers', false],
    ['in the middle of the body', true],
  ])('has status 499 when the client goes away %s', async (_when, hasHeaders) => {
    const { port, lines } = await start((_request, response) => {
      if (hasHeaders) response.write('hello');
      socket.destroy();
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect(await next(lines)).toMatchObject({ status: 499, remoteAddress: '127.0.0.1' });
  });

  it('has status 499 when the client goes away from a streamed answer', async () => {
    const { port, lines } = await start(async (_request, response) => {
      response.once('drain', () => socket.destroy());
      const endless = new Readable({ read: (size) => void endless.push(Buffer.alloc(size)) });
      await pipeline(endless, response).catch(() => undefined);
    });
    const socket = connect(port, '127.0.0.1').resume();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect((await next(lines)).status).toBe(499);
  });

  it('has status 500 when the answer breaks off on our side', async () => {
    const { port, lines } = await start(async (_request, response) => {
      const broken = Readable.from(['hello', Promise.reject(new Error('disk'))]);
      await pipeline(broken, response).catch(() => undefined);
    });
    const socket = connect(port, '127.0.0.1').resume();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    expect((await next(lines)).status).toBe(500);
  });

  it.each(['A-Za-z0-9._-', 'x'.repeat(128)])('takes the request id %j of the client', async (id) => {
    const { port, lines } = await start(answer);
    const { headers } = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'X-Request-Id': id } });
    expect([headers.get('x-request-id'), (await next(lines)).requestId]).toEqual([id, id]);
  });

  it.each(['', 'a b', 'a,b', 'a"b', 'ä', 'x'.repeat(129)])('replaces the request id %j', async (id) => {
    const { port, lines } = await start(answer);
    const { headers } = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'X-Request-Id': id } });
    const { requestId } = await next(lines);
    expect(requestId).toMatch(UUID);
    expect(headers.get('x-request-id')).toBe(requestId);
  });

  it('gives handlers the request id', async () => {
    const { port } = await start((_request, response) => {
      response.end(response.locals.requestId);
    });
    const response = await fetch(`http://127.0.0.1:${port}/`);
    expect(await response.text()).toBe(response.headers.get('x-request-id'));
  });

  it('cuts a user agent at 256 characters', async () => {
    const { port, lines } = await start(answer);
    await fetch(`http://127.0.0.1:${port}/`, { headers: { 'User-Agent': 'x'.repeat(300) } });
    expect((await next(lines)).userAgent).toBe('x'.repeat(256));
  });
});

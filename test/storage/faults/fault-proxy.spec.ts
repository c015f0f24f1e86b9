import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Random } from '../../crash/random.js';
import { type FaultKind, FaultPlan } from './fault-plan.js';
import { FaultProxy } from './fault-proxy.js';

const BODY = Buffer.alloc(1_000_000, 'body');

describe('the proxy between registry and store', () => {
  let store: Server;
  let origin: string;
  let proxy: FaultProxy;
  /** What the store has seen whole. */
  let seen: string[];

  beforeEach(async () => {
    seen = [];
    store = createServer(async (request, response) => {
      const body = await buffer(request).catch(() => null);
      if (body === null) return;
      seen.push(`${request.method} ${request.headers.host} ${body.length}`);
      response.setHeader('Location', `${origin}/next`);
      response.setHeader('Content-Length', BODY.length);
      response.end(BODY);
    }).listen(0, '127.0.0.1');
    await once(store, 'listening');
    origin = `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
    proxy = await FaultProxy.open(origin);
  });
  afterEach(async () => {
    await proxy.close();
    store.closeAllConnections();
    store.close();
  });

  async function put(content = BODY) {
    const request = httpRequest(`${proxy.url}/object`, { method: 'PUT', agent: false });
    // After the answer has begun, its body tells.
    request.on('error', () => {});
    request.setHeader('Content-Length', content.length).end(content);
    const [response] = await once(request, 'response');
    return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
  }

  function failAll(kind: FaultKind): void {
    proxy.plan = new FaultPlan(new Random('a seed'), { [kind]: 100 });
  }

  const whole = () => `PUT ${new URL(proxy.url).host} ${BODY.length}`;

  it('passes all on, with the host that was signed, and keeps clients on this side of it', async () => {
    const { status, headers, body } = await put();
    expect([status, headers.location, body.equals(BODY)]).toEqual([200, `${proxy.url}/next`, true]);
    expect(seen).toEqual([whole()]);
  });

  it.each([
    ['reset before', false],
    ['reset in request', false],
    ['lost answer', true],
    ['reset in answer', true],
    ['truncated answer', true],
  ] as const)('breaks the connection: %s', async (kind, isSeen) => {
    failAll(kind);
    await expect(put()).rejects.toThrow(/hang up|ECONNRESET|aborted/);
    expect(seen).toEqual(isSeen ? [whole()] : []);
    expect([...proxy.counts]).toEqual([[kind, 1]]);
  });

  it.each([
    ['slow down', 503, false],
    ['error', 500, false],
    ['late error', 500, true],
  ] as const)('answers for the store: %s', async (kind, expected, isSeen) => {
    failAll(kind);
    const { status, body } = await put();
    expect(status).toBe(expected);
    expect(body.toString()).toContain('<Error>');
    expect(seen).toEqual(isSeen ? [whole()] : []);
  });

  it('is as if nothing had been when the faults are over', async () => {
    failAll('reset in request');
    await expect(put()).rejects.toThrow();
    proxy.plan = null;
    expect((await put()).body.equals(BODY)).toBe(true);
  });

  it.each(['refused', 'silent'] as const)('is no store for a while: %s', async (outage) => {
    const { port } = new URL(proxy.url);
    await proxy.fail(outage);
    const answer = put();
    const failed = expect(answer).rejects.toThrow(/ECONNREFUSED|ECONNRESET|hang up/);
    if (outage === 'refused') await failed;
    else while (proxy.requests === 0) await setImmediate();
    await proxy.recover();
    await failed;
    expect(new URL(proxy.url).port).toBe(port);
    expect((await put()).status).toBe(200);
  });
});

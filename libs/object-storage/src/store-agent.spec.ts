import { once } from 'node:events';
import { type Agent, createServer, get, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createStoreAgent } from './store-agent.js';

describe('createStoreAgent', () => {
  let server: Server;
  let agent: Agent;

  afterEach(async () => {
    agent.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function serve(listener: RequestListener, connections = 4): Promise<string> {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    agent = createStoreAgent(url, { connections, requestTimeout: 300 });
    return url;
  }

  async function ask(url: string): Promise<string> {
    const request = get(url, { agent }).on('error', () => {});
    const [answer]: IncomingMessage[] = await once(request, 'response');
    if (!answer) throw new Error('no answer');
    return text(answer);
  }

  it('gives up a request that gets no answer', async () => {
    const url = await serve(() => {});
    await expect(ask(url)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  it('gives up an answer that stops', async () => {
    const url = await serve((_, answer) => answer.writeHead(200, { 'content-length': 10 }).write('half'));
    await expect(ask(url)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('lets an answer take its time while it moves', async () => {
    const url = await serve((_, answer) => {
      let left = 8;
      const timer = setInterval(() => {
        answer.write('x');
        if (--left > 0) return;
        clearInterval(timer);
        answer.end();
      }, 100);
    });
    expect(await ask(url)).toBe('xxxxxxxx');
  });

  it('gives up on the second request of a connection, too', async () => {
    let requests = 0;
    const url = await serve((_, answer) => {
      if (++requests === 1) answer.end('first');
    });
    expect(await ask(url)).toBe('first');
    await expect(ask(url)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  it('opens no more connections than it may, and uses them again', async () => {
    let connections = 0;
    const url = await serve((_, answer) => answer.end('x'), 2);
    server.on('connection', () => connections++);
    await Promise.all(Array.from({ length: 20 }, () => ask(url)));
    expect(connections).toBe(2);
  });
});

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ExpressAdapter } from '@nestjs/platform-express/adapters/express-adapter.js';
import type { Application } from 'express';
import { messagesOf } from './express-messages.js';

describe('messagesOf', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
  });

  it('makes what Express finds as it would make it', async () => {
    const app = new ExpressAdapter().getInstance<Application>();
    const prototypes: object[] = [];
    const note = (...messages: object[]) =>
      prototypes.push(...messages.map((message) => Object.getPrototypeOf(message)));
    app.use((request, response) => {
      note(request, response);
      response.status(201).json({ host: request.hostname });
    });
    server = createServer(messagesOf(app), (request, response) => {
      note(request, response);
      app(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect([answer.status, await answer.json()]).toEqual([201, { host: '127.0.0.1' }]);
    const [request, response, ...inExpress] = prototypes;
    expect(inExpress[0]).toBe(request);
    expect(inExpress[1]).toBe(response);
  });
});

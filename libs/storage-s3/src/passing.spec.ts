import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ObjectStorageDriver } from '#libs/object-storage';
import { DIRECT_OUTPUT, StorageUnavailableError, tcpHandleOf } from '#libs/storage';
import { type Answer, FakeService, part } from './fake-service.contract.js';
import type { S3Store } from './s3-store.js';
import { storeAt } from './store-at.contract.js';

const MIB = 1024 * 1024;

/** A connection to a client, as that of an answer without TLS. */
class Sink {
  /** Bytes that went past the stream. */
  passed = 0;

  constructor(
    readonly socket: Socket,
    readonly client: Socket,
  ) {
    Object.assign(socket, {
      [DIRECT_OUTPUT]: {
        descriptor: () => (socket.writableLength === 0 ? (tcpHandleOf(socket)?.fd ?? null) : null),
        passed: (bytes: number) => {
          this.passed += bytes;
        },
      },
    });
  }
}

describe('content that goes from the service to a client without TLS', () => {
  const content = randomBytes(48 * MIB);
  const digest = createHash('sha256').update(content).digest('hex');
  let service: FakeService;
  let driver: ObjectStorageDriver;
  let store: S3Store;
  let server: Server;

  beforeAll(async () => {
    service = await FakeService.start();
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    store = await storeAt(service.endpoint, { accessKey: 'key', secretKey: 'secret', maxAttempts: 3 });
    const options = { root: '', partSize: 5 * MIB, partConcurrency: 2, redirectExpiry: null };
    driver = new ObjectStorageDriver(store, options);
  });
  afterAll(async () => {
    server.close();
    await store.close();
    await service.stop();
  });

  async function open(): Promise<Sink> {
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [socket] = await once(server, 'connection');
    return new Sink(socket, client);
  }

  async function send(sink: Sink, ...answers: Answer[]): Promise<void> {
    service.answerWith(...answers);
    await driver.send('/blob', sink.socket, 0, content.length);
    sink.socket.end();
  }

  const digestOf = async (client: Socket) =>
    createHash('sha256')
      .update(await buffer(client))
      .digest('hex');

  it('passes from socket to socket', async () => {
    const sink = await open();
    const [received] = await Promise.all([digestOf(sink.client), send(sink, part(content, 'one'))]);
    expect(received).toBe(digest);
    expect(sink.passed).toBeGreaterThan(content.length / 2);
  });

  it('goes on where a connection broke', async () => {
    const sink = await open();
    const answers = [part(content, 'one', 20 * MIB), part(content, 'one', 9 * MIB), part(content, 'one')];
    const [received] = await Promise.all([digestOf(sink.client), send(sink, ...answers)]);
    expect(received).toBe(digest);
    expect(service.received.length).toBeGreaterThanOrEqual(3);
    expect(sink.passed).toBeGreaterThan(0);
  });

  it('waits for a client that reads slowly', async () => {
    const sink = await open();
    const sent = send(sink, part(content, 'one'));
    const hash = createHash('sha256');
    for await (const chunk of sink.client) {
      hash.update(chunk);
      await setTimeout(1);
    }
    await sent;
    expect(hash.digest('hex')).toBe(digest);
  });

  it('goes on with what the service sends after a while', async () => {
    const sink = await open();
    const slowly: Answer = async (response) => {
      response.writeHead(200, { 'content-length': content.length, etag: '"one"' });
      for (let at = 0; at < content.length; at += 6 * MIB) {
        response.write(content.subarray(at, at + 6 * MIB));
        await setTimeout(20);
      }
      response.end();
    };
    const [received] = await Promise.all([digestOf(sink.client), send(sink, slowly)]);
    expect(received).toBe(digest);
    expect(service.received).toHaveLength(1);
  });

  it('is given up where the client goes away, and its connection with it', async () => {
    const sink = await open();
    sink.client.once('data', () => sink.client.destroy());
    const failure = await send(sink, part(content, 'one')).catch((error: unknown) => error);
    const gone = ['SinkClosedError', 'EPIPE', 'ECONNRESET'];
    expect(gone).toContain((failure as NodeJS.ErrnoException).code ?? (failure as Error).name);
    while ((await service.connections()) > 0) await setTimeout(5);
  });

  it('is given up where the service has no more of it', async () => {
    const sink = await open();
    sink.client.resume();
    const failure = send(sink, part(content, 'one', 9 * MIB), part(content, 'one', 0));
    await expect(failure).rejects.toThrow(StorageUnavailableError);
    sink.socket.destroy();
  });

  it('is the same for several at a time', async () => {
    const sinks: Sink[] = [];
    for (let count = 0; count < 4; count++) sinks.push(await open());
    const received = sinks.map(({ client }) => digestOf(client));
    await Promise.all(sinks.map((sink) => send(sink, part(content, 'one'))));
    expect(await Promise.all(received)).toEqual(Array(4).fill(digest));
  });
});

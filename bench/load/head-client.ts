import { connect } from 'node:net';
import { serveAsClient } from './client-process.ts';
import type { HeadJob, SmallRequests } from './clients.ts';
import { LatencySamples } from './latency-samples.ts';

const RECEIVE_BUFFER = Buffer.allocUnsafe(64 * 1024);
const END_OF_HEAD = Buffer.from('\r\n\r\n');
const OK = Buffer.from('HTTP/1.1 200 ');

/** wrk and h2load wait for the body that an answer to HEAD announces. */
await serveAsClient<HeadJob, SmallRequests>((job) => {
  const requests = job.paths.map((path) => Buffer.from(requestFor(path, job), 'latin1'));
  return async () => {
    const latencies = new LatencySamples();
    const begin = performance.now();
    const end = begin + job.seconds * 1000;
    await Promise.all(
      Array.from({ length: job.connections }, (_, index) => sendUntil(end, job.url, requests, index, latencies)),
    );
    const seconds = (performance.now() - begin) / 1000;
    const [p50 = 0, p99 = 0] = latencies.percentiles([0.5, 0.99]);
    return { requests: latencies.count, seconds, p50, p99 };
  };
});

function requestFor(path: string, { url, headers }: HeadJob): string {
  const lines = Object.entries({ Host: new URL(url).host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HEAD ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

function sendUntil(
  end: number,
  url: string,
  requests: readonly Buffer[],
  first: number,
  latencies: LatencySamples,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let next = first;
  let sentAt = 0;
  let head = Buffer.alloc(0);
  const send = () => {
    sentAt = performance.now();
    socket.write(requests[next++ % requests.length] ?? '');
  };
  const receive = (piece: Buffer): boolean => {
    const answer = head.length === 0 ? piece : Buffer.concat([head, piece]);
    if (!answer.subarray(-END_OF_HEAD.length).equals(END_OF_HEAD)) {
      head = Buffer.from(answer);
      return true;
    }
    head = Buffer.alloc(0);
    const now = performance.now();
    latencies.add(now - sentAt);
    if (!answer.subarray(0, OK.length).equals(OK)) socket.destroy(new Error(answer.toString()));
    else if (now < end) send();
    else socket.end();
    return true;
  };
  const { hostname, port } = new URL(url);
  const socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    onread: { buffer: RECEIVE_BUFFER, callback: (size) => receive(RECEIVE_BUFFER.subarray(0, size)) },
  });
  socket.once('connect', send).once('error', reject).once('close', resolve);
  return promise;
}

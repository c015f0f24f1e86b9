import { setTimeout } from 'node:timers/promises';
import { serveAsClient } from './client-process.ts';
import type { ProbeJob, Probes } from './clients.ts';
import { ConnectionPool } from './connection-pool.ts';
import { LatencySamples } from './latency-samples.ts';
import { RegistryClient } from './registry-client.ts';

const KEPT_CONNECTIONS = 64;
/** One request of so many comes on a new connection. */
const FRESH_EVERY = 10;

await serveAsClient<ProbeJob, Probes>(async ({ url, interval }) => {
  const clients = Array.from({ length: KEPT_CONNECTIONS }, () => new RegistryClient(url));
  await Promise.all(clients.map(ask));
  const pool = new ConnectionPool(clients);
  return async () => {
    const end = new AbortController();
    process.once('SIGTERM', () => end.abort());
    const [kept, fresh] = [new LatencySamples(), new LatencySamples()];
    const underWay = new Set<Promise<void>>();
    // Each is sent when it is due, whether or not the ones before it were answered: a stall counts for all it delays.
    for (let number = 0, due = performance.now(); !end.signal.aborted; number++, due += interval) {
      await setTimeout(Math.max(0, due - performance.now()));
      const [probe, samples] = number % FRESH_EVERY === 0 ? [onNewConnection, fresh] : [onKeptConnection, kept];
      const measured = timed(probe, samples).finally(() => underWay.delete(measured));
      underWay.add(measured);
    }
    await Promise.all(underWay);
    for (const client of clients) client.close();
    const [p99 = 0, worst = 0] = kept.percentiles([0.99, 1]);
    const [freshP99 = 0] = fresh.percentiles([0.99]);
    return { count: kept.count, p99, worst, freshP99 };
  };

  async function onKeptConnection(): Promise<void> {
    const client = await pool.take();
    await ask(client);
    pool.giveBack(client);
  }

  async function onNewConnection(): Promise<void> {
    const client = new RegistryClient(url);
    await ask(client);
    client.close();
  }
});

async function ask(client: RegistryClient): Promise<void> {
  await client.expect(200, 'GET', '/v2/');
}

async function timed(probe: () => Promise<void>, samples: LatencySamples): Promise<void> {
  const begin = performance.now();
  await probe();
  samples.add(performance.now() - begin);
}

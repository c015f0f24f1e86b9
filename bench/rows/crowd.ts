import type { Bench } from '../bench.ts';
import { readyClient } from '../load/client-process.ts';
import { CROWD_CLIENT, PROBE_CLIENT } from '../load/clients.ts';
import { RegistryClient } from '../load/registry-client.ts';
import type { Peer } from '../peers/peer.ts';
import { LARGE_REPOSITORY, largeStock } from '../stock/large.ts';
import type { Stock } from '../stock/stock.ts';
import type { RunningServer } from '../system/server.ts';
import { type Figures, MiB, type Row } from './row.ts';

const PROBE_INTERVAL = 10;
/** A p99 of fewer requests would be the worst of them. */
const FEWEST_PROBES = 100;

/** Uploads and downloads by the dozen, half of them slow, while somebody asks for `/v2/`. */
export const crowdRow: Row = {
  id: 'crowd',
  title: 'crowd of uploads and downloads',
  kinds: ['registry'],
  mostRounds: 2,
  metrics: [
    { id: 'memory', title: 'memory at most', unit: 'MiB', better: 'lower', goals: [{ below: 250 }] },
    { id: 'p99', title: 'p99 of GET /v2/', unit: 'ms', better: 'lower', goals: [{ below: 50 }] },
    { id: 'worst', title: 'worst of GET /v2/', unit: 'ms', better: 'lower' },
    { id: 'fresh', title: 'p99 on new connections', unit: 'ms', better: 'lower' },
    { id: 'duration', title: 'until all are done', unit: 's', better: 'lower' },
  ],
  measure,
};

function measure(bench: Bench, peer: Peer): Promise<Figures> {
  const { crowd, crowdBlob: size, transfers } = bench.scale;
  const downloads = largeStock(transfers, size);
  return bench.onEmptyRoot(peer, async (server) => {
    await push(server.url, downloads);
    const paths = downloads.contents.map(({ digest }) => `/v2/${LARGE_REPOSITORY}/blobs/${digest}`);
    const probe = await readyClient(PROBE_CLIENT, { url: server.url, interval: PROBE_INTERVAL });
    const client = await readyClient(CROWD_CLIENT, {
      url: server.url,
      repository: LARGE_REPOSITORY,
      labels: Array.from({ length: crowd }, (_, index) => `crowd ${index}`),
      size,
      downloads: Array.from({ length: crowd }, (_, index) => paths[index % paths.length] ?? ''),
      pace: size / bench.scale.crowdSeconds,
    });
    const { result, duration } = await server.measure(() =>
      Promise.all([client.run().finally(() => probe.stop()), probe.run()]),
    );
    const [digests, { p99, worst, freshP99: fresh, count }] = result;
    if (count < FEWEST_PROBES) throw new Error(`only ${count} requests for /v2/ were answered meanwhile`);
    const memory = server.residentPeak() / MiB;
    await verify(server, digests, size);
    return { memory, p99, worst, fresh, duration };
  });
}

async function push(url: string, { contents }: Stock & ReturnType<typeof largeStock>): Promise<void> {
  const client = new RegistryClient(url);
  for (const content of contents) await client.pushLargeBlob(LARGE_REPOSITORY, content, 'put');
  client.close();
}

async function verify({ url }: RunningServer, digests: readonly string[], size: number): Promise<void> {
  const client = new RegistryClient(url);
  for (const digest of digests) {
    const { headers } = await client.expect(200, 'HEAD', `/v2/${LARGE_REPOSITORY}/blobs/${digest}`);
    if (Number(headers.get('content-length')) !== size) throw new Error(`${digest} has not the size that was sent`);
  }
  const [first] = digests;
  if (first !== undefined) await client.verify(`/v2/${LARGE_REPOSITORY}/blobs/${first}`, first);
  client.close();
}

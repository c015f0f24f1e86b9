import type { Bench } from '../bench.ts';
import { readyClient } from '../load/client-process.ts';
import { PULL_CLIENT, PUSH_CLIENT } from '../load/clients.ts';
import { RegistryClient, type UploadForm } from '../load/registry-client.ts';
import type { Peer } from '../peers/peer.ts';
import { LARGE_REPOSITORY, largeStock } from '../stock/large.ts';
import { type Figures, GiB, type Goal, type Metric, MiB, REFERENCE, type Row } from './row.ts';

const PUSHED_REPOSITORY = 'bench/pushed';

export const pullRow: Row = {
  id: 'pull-large',
  title: 'large pull',
  kinds: ['registry', 'files'],
  metrics: metrics(
    [
      { peer: REFERENCE, atLeast: 1.25 },
      { peer: 'nginx', atLeast: 1 },
    ],
    [{ peer: REFERENCE, atMost: 0.8 }],
  ),
  measure: pull,
};

export const pushRows: readonly Row[] = [pushRow('put', 'POST+PUT'), pushRow('patch', 'POST+PATCH+PUT')];

function pushRow(form: UploadForm, steps: string): Row {
  return {
    id: `push-${form}`,
    title: `large push, ${steps}`,
    kinds: ['registry'],
    metrics: metrics([{ peer: REFERENCE, atLeast: 1.3 }], [{ peer: REFERENCE, atMost: 0.6 }]),
    measure: (bench, peer) => push(bench, peer, form),
  };
}

function metrics(throughput: readonly Goal[], cpu: readonly Goal[]): Metric[] {
  return [
    { id: 'throughput', title: 'throughput', unit: 'GiB/s', better: 'higher', goals: throughput },
    { id: 'cpu', title: 'cpu', unit: 's/GiB', better: 'lower', goals: cpu },
    { id: 'memory', title: 'memory at most', unit: 'MiB', better: 'lower' },
  ];
}

function pull(bench: Bench, peer: Peer): Promise<Figures> {
  const { transfers, largeBlob, pulls } = bench.scale;
  const stock = largeStock(transfers, largeBlob);
  return bench.onStock(peer, stock, async (server) => {
    const paths = stock.contents.map(({ digest }) => `/v2/${LARGE_REPOSITORY}/blobs/${digest}`);
    const reader = new RegistryClient(server.url);
    for (const { digest } of stock.contents) await reader.verify(`/v2/${LARGE_REPOSITORY}/blobs/${digest}`, digest);
    reader.close();
    const client = await readyClient(PULL_CLIENT, { url: server.url, paths, times: pulls });
    const { result: bytes, duration, cpu } = await server.measure(() => client.run());
    if (bytes !== transfers * pulls * largeBlob)
      throw new Error(`${bytes} bytes came, which is not what was asked for`);
    return figures(bytes, duration, cpu, server.residentPeak());
  });
}

function push(bench: Bench, peer: Peer, form: UploadForm): Promise<Figures> {
  const { transfers, largeBlob: size } = bench.scale;
  return bench.onEmptyRoot(peer, async (server) => {
    const { url } = server;
    const labels = Array.from({ length: transfers }, (_, index) => `pushed ${index}`);
    const client = await readyClient(PUSH_CLIENT, { url, repository: PUSHED_REPOSITORY, labels, size, form });
    await bench.takeMemory(transfers * size);
    const { result: digests, duration, cpu } = await server.measure(() => client.run());
    const memory = server.residentPeak();
    const reader = new RegistryClient(url);
    for (const digest of digests) await reader.verify(`/v2/${PUSHED_REPOSITORY}/blobs/${digest}`, digest);
    reader.close();
    return figures(transfers * size, duration, cpu, memory);
  });
}

function figures(bytes: number, duration: number, cpu: number, memory: number): Figures {
  const gibibytes = bytes / GiB;
  return { throughput: gibibytes / duration, cpu: cpu / gibibytes, memory: memory / MiB };
}

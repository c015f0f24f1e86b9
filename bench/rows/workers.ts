import type { Bench } from '../bench.ts';
import type { Peer } from '../peers/peer.ts';
import { SMALL_STOCK } from '../stock/small.ts';
import { allowedCpus } from '../system/cpus.ts';
import { type RunningServer, ServerEndedError } from '../system/server.ts';
import { type Figures, MiB, NotSupportedError, type Row } from './row.ts';
import { MANIFEST_HEADERS, MANIFESTS_BY_TAG, type SmallLoad, send, verify } from './small-load.ts';

const SETTING = 'STOWAGE_HTTP_WORKERS';
const LOAD: SmallLoad = { method: 'GET', headers: MANIFEST_HEADERS, targets: MANIFESTS_BY_TAG };

interface Served {
  /** Requests a second. */
  readonly rate: number;
  /** MiB. */
  readonly memory: number;
}

/** On two cores the load takes one for itself, so that little is left to gain there. */
export const workerRow: Row = {
  id: 'workers',
  title: 'a process for each core, manifest GET by tag',
  kinds: ['registry'],
  metrics: [
    { id: 'rate', title: 'requests', unit: '/s', better: 'higher' },
    { id: 'gain', title: 'against one process', unit: '×', better: 'higher', goals: [{ above: 1.7 }] },
    { id: 'memory', title: 'memory at most', unit: 'MiB', better: 'lower' },
  ],
  measure,
};

async function measure(bench: Bench, peer: Peer): Promise<Figures> {
  if (!peer.name.startsWith('stowage')) throw new NotSupportedError(`${peer.title} has no such setting`);
  const one = await withWorkers(bench, peer, 1);
  const all = await withWorkers(bench, peer, allowedCpus().length);
  return { rate: all.rate, gain: all.rate / one.rate, memory: all.memory };
}

async function withWorkers(bench: Bench, peer: Peer, count: number): Promise<Served> {
  try {
    const env = { [SETTING]: String(count) };
    return await bench.onStock(peer, SMALL_STOCK, (server) => loaded(server, bench), { env });
  } catch (error) {
    const isUnknown = error instanceof ServerEndedError && error.log.includes(`${SETTING} is not a setting`);
    throw isUnknown ? new NotSupportedError(`${peer.title} has no workers yet`) : error;
  }
}

async function loaded(server: RunningServer, { scale }: Bench): Promise<Served> {
  const how = { connections: scale.connections, placement: 'anywhere' } as const;
  await verify(server.url, LOAD);
  await send(server.url, LOAD, { ...how, seconds: scale.warmUp });
  const { result } = await server.measure(() => send(server.url, LOAD, { ...how, seconds: scale.seconds }));
  await verify(server.url, LOAD);
  return { rate: result.requests / result.seconds, memory: server.residentPeak() / MiB };
}

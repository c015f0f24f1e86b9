import type { Bench } from '../bench.ts';
import type { Peer } from '../peers/peer.ts';
import { SMALL_STOCK } from '../stock/small.ts';
import type { Stock } from '../stock/stock.ts';
import { tagStock } from '../stock/tags.ts';
import { allowedCpus } from '../system/cpus.ts';
import { type RunningServer, ServerEndedError } from '../system/server.ts';
import { type Figures, MiB, NotSupportedError, type Row } from './row.ts';
import { MANIFEST_HEADERS, MANIFESTS_BY_TAG, type SmallLoad, send, verify } from './small-load.ts';
import { pageAt } from './tags.ts';

const SETTING = 'STOWAGE_HTTP_WORKERS';
const MANIFESTS: SmallLoad = { method: 'GET', headers: MANIFEST_HEADERS, targets: MANIFESTS_BY_TAG };

interface Served {
  /** Requests a second. */
  readonly rate: number;
  /** MiB. */
  readonly memory: number;
}

/**
 * What a process for each core gains. The load needs a part of them, too: a large one for manifests, which are cheap, and next
 * to nothing for pages of tags, which the server has to put together.
 */
export const workerRow: Row = {
  id: 'workers',
  title: 'a process for each core',
  kinds: ['registry'],
  metrics: [
    { id: 'rate', title: 'manifest GET by tag', unit: '/s', better: 'higher' },
    { id: 'gain', title: 'against one process', unit: '×', better: 'higher' },
    { id: 'pageRate', title: 'pages of tags', unit: '/s', better: 'higher' },
    { id: 'pageGain', title: 'against one process', unit: '×', better: 'higher', goals: [{ above: 1.7 }] },
    { id: 'memory', title: 'memory at most', unit: 'MiB', better: 'lower' },
  ],
  measure,
};

async function measure(bench: Bench, peer: Peer): Promise<Figures> {
  if (!peer.name.startsWith('stowage')) throw new NotSupportedError(`${peer.title} has no such setting`);
  const manifests = await compared(bench, peer, SMALL_STOCK, MANIFESTS);
  const stock = tagStock(bench.scale.tagsToList);
  const page = pageAt(stock, stock.tags.length / 2);
  const target = { path: page.path, digest: null, size: page.size };
  const pages = await compared(bench, peer, stock, { method: 'GET', headers: {}, targets: [target] });
  return {
    rate: manifests.rate,
    gain: manifests.gain,
    pageRate: pages.rate,
    pageGain: pages.gain,
    memory: Math.max(manifests.memory, pages.memory),
  };
}

async function compared(bench: Bench, peer: Peer, stock: Stock, load: SmallLoad): Promise<Served & { gain: number }> {
  const one = await withWorkers(bench, peer, stock, load, 1);
  const all = await withWorkers(bench, peer, stock, load, allowedCpus().length);
  return { ...all, gain: all.rate / one.rate };
}

async function withWorkers(bench: Bench, peer: Peer, stock: Stock, load: SmallLoad, count: number): Promise<Served> {
  try {
    const env = { [SETTING]: String(count) };
    return await bench.onStock(peer, stock, (server) => loaded(server, bench, load), { env });
  } catch (error) {
    const isUnknown = error instanceof ServerEndedError && error.log.includes(`${SETTING} is not a setting`);
    throw isUnknown ? new NotSupportedError(`${peer.title} has no workers yet`) : error;
  }
}

async function loaded(server: RunningServer, { scale }: Bench, load: SmallLoad): Promise<Served> {
  const how = { connections: scale.connections, placement: 'anywhere' } as const;
  await verify(server.url, load);
  await send(server.url, load, { ...how, seconds: scale.warmUp });
  const { result } = await server.measure(() => send(server.url, load, { ...how, seconds: scale.seconds }));
  await verify(server.url, load);
  return { rate: result.requests / result.seconds, memory: server.residentPeak() / MiB };
}

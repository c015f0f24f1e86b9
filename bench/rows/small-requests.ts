import type { Bench } from '../bench.ts';
import type { Peer, PeerKind } from '../peers/peer.ts';
import { SMALL_STOCK } from '../stock/small.ts';
import type { RunningServer } from '../system/server.ts';
import { type Figures, type Goal, REFERENCE, type Row } from './row.ts';
import {
  BASE,
  BLOBS,
  MANIFEST_HEADERS,
  MANIFESTS_BY_DIGEST,
  MANIFESTS_BY_TAG,
  type SmallLoad,
  send,
  verify,
} from './small-load.ts';

interface SmallRow {
  readonly id: string;
  readonly title: string;
  readonly kinds: readonly PeerKind[];
  readonly load: SmallLoad;
  readonly rate: readonly Goal[];
  readonly p99?: readonly Goal[];
}

const BY_TAG = { headers: MANIFEST_HEADERS, targets: MANIFESTS_BY_TAG };
const BY_DIGEST = { headers: MANIFEST_HEADERS, targets: MANIFESTS_BY_DIGEST };

export const smallRows: readonly Row[] = [
  manifestRow('manifest-get-tag', 'manifest GET by tag', { method: 'GET', ...BY_TAG }),
  manifestRow('manifest-get-digest', 'manifest GET by digest', { method: 'GET', ...BY_DIGEST }),
  manifestRow('manifest-head-tag', 'manifest HEAD by tag', { method: 'HEAD', ...BY_TAG }),
  manifestRow('manifest-head-digest', 'manifest HEAD by digest', { method: 'HEAD', ...BY_DIGEST }),
  rowOf({
    id: 'blob-get',
    title: 'blob GET, 4 KiB',
    kinds: ['registry', 'files', 'memory'],
    load: { method: 'GET', headers: {}, targets: BLOBS },
    rate: [{ peer: REFERENCE, atLeast: 10 }],
  }),
  rowOf({
    id: 'base',
    title: 'GET /v2/',
    kinds: ['registry'],
    load: { method: 'GET', headers: {}, targets: BASE },
    rate: [{ peer: REFERENCE, atLeast: 1.5 }],
  }),
];

function manifestRow(id: string, title: string, load: SmallLoad): Row {
  return rowOf({
    id,
    title,
    kinds: ['registry', 'memory'],
    load,
    rate: [{ peer: REFERENCE, atLeast: 3 }, ...(load.method === 'GET' ? [{ peer: 'bare-http', atLeast: 0.6 }] : [])],
    p99: [{ peer: REFERENCE, atMost: 1 / 3 }],
  });
}

function rowOf({ id, title, kinds, load, rate, p99 }: SmallRow): Row {
  return {
    id,
    title,
    kinds,
    metrics: [
      { id: 'rate', title: 'requests', unit: '/s', better: 'higher', goals: rate },
      { id: 'p50', title: 'p50', unit: 'ms', better: 'lower' },
      { id: 'p99', title: 'p99', unit: 'ms', better: 'lower', ...(p99 && { goals: p99 }) },
      { id: 'cpu', title: 'cpu', unit: 'µs each', better: 'lower', isWatched: true },
    ],
    measure: (bench, peer) => measure(bench, peer, load),
  };
}

function measure(bench: Bench, peer: Peer, load: SmallLoad): Promise<Figures> {
  const { warmUp, seconds, connections } = bench.scale;
  const how = { connections, placement: 'apart' } as const;
  const work = async (server: RunningServer): Promise<Figures> => {
    await verify(server.url, load);
    await send(server.url, load, { ...how, seconds: warmUp });
    const { result, cpu } = await server.measure(() => send(server.url, load, { ...how, seconds }));
    await verify(server.url, load);
    const { requests, p50, p99 } = result;
    return { rate: requests / result.seconds, p50, p99, cpu: (cpu / requests) * 1e6 };
  };
  return bench.onStock(peer, SMALL_STOCK, work, { placement: 'apart' });
}

import { setTimeout } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import type { Peer } from '../peers/peer.ts';
import { median } from '../report/statistics.ts';
import { SMALL_STOCK } from '../stock/small.ts';
import { type Figures, MiB, type Row } from './row.ts';

/** Milliseconds after which a server that has nothing to do counts as idle. */
const UNTIL_IDLE = 2_000;

export const startRow: Row = {
  id: 'start',
  title: 'start to first answer',
  kinds: ['registry'],
  metrics: [
    { id: 'duration', title: 'time', unit: 'ms', better: 'lower', goals: [{ below: 400 }] },
    { id: 'memory', title: 'memory when idle', unit: 'MiB', better: 'lower', goals: [{ below: 90 }] },
  ],
  measure,
};

async function measure(bench: Bench, peer: Peer): Promise<Figures> {
  const durations: number[] = [];
  for (let start = 1; start < bench.scale.starts; start++) {
    durations.push(await bench.onStock(peer, SMALL_STOCK, async ({ startDuration }) => startDuration));
  }
  return bench.onStock(peer, SMALL_STOCK, async (server) => {
    await setTimeout(UNTIL_IDLE);
    return { duration: median([...durations, server.startDuration]), memory: server.resident() / MiB };
  });
}

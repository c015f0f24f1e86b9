import type { Bench } from './bench.ts';
import type { Peer } from './peers/peer.ts';
import { short } from './report/goals.ts';
import { type RowResult, RowSamples } from './report/result.ts';
import { type Figures, NotSupportedError, type Row } from './rows/row.ts';

/**
 * Measures each row with each peer in each round. The peers take turns within a row, so that all have the same part of
 * what else the machine does, and begin with another one in each round.
 */
export async function measureRows(
  bench: Bench,
  rows: readonly Row[],
  peers: readonly Peer[],
  rounds: number,
): Promise<RowResult[]> {
  const all = rows.map((row) => new RowSamples(row));
  for (let round = 0; round < rounds; round++) {
    for (const samples of all) {
      if (round >= (samples.row.mostRounds ?? rounds)) continue;
      for (const peer of inTurn(peers, round)) {
        if (samples.row.kinds.includes(peer.kind)) await measure(bench, samples, peer, `${round + 1}/${rounds}`);
      }
    }
  }
  return all.map((samples) => samples.toResult());
}

async function measure(bench: Bench, samples: RowSamples, peer: Peer, round: string): Promise<void> {
  const { row } = samples;
  const label = `${round} ${row.id.padEnd(20)} ${peer.name.padEnd(15)}`;
  try {
    const figures = await row.measure(bench, peer);
    samples.add(peer.name, figures);
    console.log(`${label} ${describe(row, figures)}`);
  } catch (error) {
    if (error instanceof NotSupportedError) return;
    const problem = error instanceof Error ? error.message : String(error);
    samples.addProblem(peer.name, problem);
    console.log(`${label} failed: ${problem}`);
  }
}

function describe(row: Row, figures: Figures): string {
  return row.metrics.map(({ id, title, unit }) => `${title} ${short(figures[id] ?? Number.NaN)} ${unit}`).join(', ');
}

function inTurn(peers: readonly Peer[], round: number): Peer[] {
  const first = round % peers.length;
  return [...peers.slice(first), ...peers.slice(0, first)];
}

import { readFile } from 'node:fs/promises';
import type { Figures, Metric, Row } from '../rows/row.ts';
import { median } from './statistics.ts';

const FORMAT = 1;

/** What a run of the benchmark has found; the JSON file under `bench/results`. */
export interface Result {
  readonly format: typeof FORMAT;
  readonly startedAt: string;
  readonly scale: string;
  /** What the registries kept their content in; not in older results, where it was files. */
  readonly storage?: string;
  readonly rounds: number;
  readonly machine: Machine;
  readonly peers: readonly { readonly name: string; readonly title: string }[];
  readonly rows: readonly RowResult[];
}

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly kernel: string;
  readonly node: string;
  /** Of the storage roots. */
  readonly filesystem: string;
  /** Commit of our server, with a `+` where files were changed since. */
  readonly commit: string;
}

export interface RowResult {
  readonly id: string;
  readonly title: string;
  readonly metrics: readonly Metric[];
  readonly peers: readonly PeerResult[];
}

export interface PeerResult {
  readonly peer: string;
  /** One for each round; empty for a round that failed. */
  readonly samples: readonly Figures[];
  /** Why a round failed, the last that did; null otherwise. */
  readonly problem: string | null;
}

/** Collects the samples of a run. */
export class RowSamples {
  readonly row: Row;
  readonly #peers = new Map<string, { samples: Figures[]; problem: string | null }>();

  constructor(row: Row) {
    this.row = row;
  }

  add(peer: string, figures: Figures): void {
    this.#of(peer).samples.push(figures);
  }

  /** The round stays without figures. */
  addProblem(peer: string, problem: string): void {
    const found = this.#of(peer);
    found.samples.push({});
    found.problem = problem;
  }

  toResult(): RowResult {
    const { id, title, metrics } = this.row;
    return { id, title, metrics, peers: [...this.#peers].map(([peer, found]) => ({ peer, ...found })) };
  }

  #of(peer: string): { samples: Figures[]; problem: string | null } {
    const known = this.#peers.get(peer) ?? { samples: [], problem: null };
    this.#peers.set(peer, known);
    return known;
  }
}

/** The median of a figure over the rounds; null where it was not measured. */
export function figureOf(row: RowResult, peer: string, metric: string): number | null {
  const samples = row.peers.find((one) => one.peer === peer)?.samples ?? [];
  const values = samples.map((sample) => sample[metric]).filter((value) => value !== undefined);
  return values.length === 0 ? null : median(values);
}

/** The median over the rounds of the ratio that two peers have in each; null where one of them was not measured. */
export function ratioOf(row: RowResult, peer: string, other: string, metric: string): number | null {
  const [ours, theirs] = [peer, other].map((name) => row.peers.find((one) => one.peer === name)?.samples ?? []);
  const ratios = (ours ?? []).flatMap((sample, round) => {
    const [value, base] = [sample[metric], theirs?.[round]?.[metric]];
    return value === undefined || base === undefined ? [] : [value / base];
  });
  return ratios.length === 0 ? null : median(ratios);
}

/** @throws Error when the file is no result of this version of the benchmark */
export async function readResult(file: string): Promise<Result> {
  const result: Result = JSON.parse(await readFile(file, 'utf8'));
  if (result.format !== FORMAT) throw new Error(`${file} is no result that this version of the benchmark has written`);
  return result;
}

export function emptyResult(): Pick<Result, 'format'> {
  return { format: FORMAT };
}

import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Bench, type BenchSetup } from '../bench.ts';
import type { Peer } from '../peers/peer.ts';
import { short } from '../report/goals.ts';
import { aligned } from '../report/table.ts';
import type { Row } from '../rows/row.ts';
import type { Scale } from '../scale.ts';
import type { Span } from '../system/server.ts';
import { type CpuProfile, type TimeByFunction, type TimeSpan, timeByFunction } from './cpu-profile.ts';

const PROFILES = join(import.meta.dirname, '../../node_modules/.cache/stowage-bench/profiles');
const SAMPLE_MICROSECONDS = 200;
/** For a row that measures no part of it, such as the start. */
const WHOLE_LIFE: TimeSpan = { begin: 0, end: Number.POSITIVE_INFINITY };
const SHOWN_SELF = 40;
const SHOWN_INCLUSIVE = 50;
const SHOWN_ORIGINS = 20;

/** Measures a row once with our server under Node's profiler. Resolves with where the time went. */
export async function profileRow(row: Row, peer: Peer, scale: Scale, setup: BenchSetup): Promise<string> {
  const profiles = join(PROFILES, row.id);
  await rm(profiles, { recursive: true, force: true });
  await mkdir(profiles, { recursive: true });
  const options = ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-interval=${SAMPLE_MICROSECONDS}`];
  const bench = await Bench.open(scale, { ...setup, nodeOptions: options });
  const figures = await row.measure(bench, peer);
  await bench.close();
  const spans = bench.lastServer?.spans ?? [];
  const { file, profile } = await lastProfile(profiles);
  const times = timeByFunction(profile, spans.length > 0 ? spans : [WHOLE_LIFE]);
  return [
    `${row.title}, under the profiler`,
    ...row.metrics.map(({ id, title, unit }) => `  ${title} ${short(figures[id] ?? Number.NaN)} ${unit}`),
    '',
    describeThreads(spans),
    '',
    describeTimes(times),
    '',
    `Open ${file} in Chrome's DevTools or in speedscope for a flame graph.`,
  ].join('\n');
}

/** That of the server that was measured; the ones before it filled the root. */
async function lastProfile(folder: string): Promise<{ file: string; profile: CpuProfile }> {
  const profiles = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const file = join(folder, name);
      const profile: CpuProfile = JSON.parse(await readFile(file, 'utf8'));
      return { file, profile };
    }),
  );
  const last = profiles.sort((a, b) => b.profile.startTime - a.profile.startTime)[0];
  if (last === undefined) throw new Error('the server has written no profile');
  return last;
}

function describeThreads(spans: readonly Span[]): string {
  const seconds = new Map<string, number>();
  for (const { cpuByThread } of spans) {
    for (const [name, cpu] of cpuByThread) seconds.set(name, (seconds.get(name) ?? 0) + cpu);
  }
  const duration = spans.reduce((sum, { begin, end }) => sum + (end - begin) / 1e6, 0);
  const lines = [...seconds]
    .filter(([, cpu]) => cpu > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, cpu]) => [name, cpu.toFixed(2), `${Math.round((cpu / duration) * 100)} %`]);
  return aligned([['thread', 'cpu s', `of ${duration.toFixed(1)} s`], ...lines]);
}

function describeTimes({ total, idle, self, inclusive, byOrigin }: TimeByFunction): string {
  const busy = total - idle;
  const top = (times: ReadonlyMap<string, number>, count: number, title: string) => {
    const sorted = [...times].sort(([, a], [, b]) => b - a).slice(0, count);
    return aligned([['%', title], ...sorted.map(([name, time]) => [((time / busy) * 100).toFixed(1), name])]);
  };
  return [
    `The main thread was busy for ${(busy / 1e6).toFixed(2)} s of ${(total / 1e6).toFixed(2)} s. Of that:`,
    top(byOrigin, SHOWN_ORIGINS, 'self time by origin'),
    top(self, SHOWN_SELF, 'self time'),
    top(inclusive, SHOWN_INCLUSIVE, 'with what it calls'),
  ].join('\n\n');
}

/**
 * Measures the built server and its peers at the same work, in turn, and writes what was found to `bench/results`.
 *
 *     node bench/run.ts [--only row,row] [--peers peer,peer] [--rounds 5] [--quick] [--folder /tmp] [--name text]
 *     node bench/run.ts --driver s3 [--s3 versitygw] [--only row,row] …
 *     node bench/run.ts --profile row [--peers stowage=folder] [--quick]
 *
 * Needs Linux and wrk. `docs/performance.md` says what the rows are.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bench } from './bench.ts';
import { parseOptions } from './options.ts';
import { findPeers } from './peers/index.ts';
import { profileRow } from './profile/profile-row.ts';
import { chartOf } from './report/chart.ts';
import { describeMachine } from './report/machine.ts';
import { emptyResult, type Result } from './report/result.ts';
import { problemsOf, tableOf } from './report/table.ts';
import { measureRows } from './rounds.ts';
import { findRow, findRows } from './rows/index.ts';
import { FULL, QUICK } from './scale.ts';
import { cleanUpAtTheEnd } from './system/children.ts';
import { requireTools } from './system/tools.ts';

const RESULTS = join(import.meta.dirname, 'results');

const options = parseOptions(process.argv.slice(2));
const scale = options.isQuick ? QUICK : FULL;
cleanUpAtTheEnd();
await requireTools();
if (options.profile !== null) console.log(await profile(options.profile));
else process.exitCode = (await measure()) ? 0 : 1;

async function profile(row: string): Promise<string> {
  const [peer] = await findPeers(options.peers, options.s3 !== null);
  if (!peer?.name.startsWith('stowage')) throw new Error('only Stowage can be profiled');
  return profileRow(findRow(row, options.s3 !== null), peer, scale, options);
}

/** Resolves with whether every figure could be measured. */
async function measure(): Promise<boolean> {
  const isOnStore = options.s3 !== null;
  const [rows, peers] = [findRows(options.only, isOnStore), await findPeers(options.peers, isOnStore)];
  const startedAt = new Date().toISOString();
  const bench = await Bench.open(scale, options);
  const result: Result = {
    ...emptyResult(),
    startedAt,
    scale: scale.name,
    storage: options.s3 === null ? 'filesystem' : `s3 on ${options.s3}`,
    rounds: options.rounds,
    machine: await describeMachine(options.folder),
    peers: peers.map(({ name, title }) => ({ name, title })),
    rows: await measureRows(bench, rows, peers, options.rounds),
  };
  await bench.close();
  const problems = problemsOf(result);
  console.log(['', tableOf(result), '', ...problems].join('\n'));
  const file = join(RESULTS, options.name ?? startedAt.slice(0, 16).replace('T', '-').replace(':', ''));
  await mkdir(RESULTS, { recursive: true });
  await writeFile(`${file}.json`, `${JSON.stringify(result, null, 1)}\n`);
  await writeFile(`${file}.svg`, chartOf(result));
  console.log(`\n${file}.json and .svg`);
  return problems.length === 0;
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Checks } from '../../crash/checks.ts';
import { Journal } from '../../crash/journal.ts';
import { Pusher } from '../../crash/pusher.ts';
import { Random } from '../../crash/random.ts';
import { Survivors } from '../../crash/survivors.ts';
import { checkUnfinishedUploads } from '../../crash/unfinished-uploads.ts';
import { type ServerProcess, startServer } from '../../support/server-process.ts';
import { evenRates, FaultPlan, type FaultRates } from './fault-plan.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { FaultOptions } from './options.ts';
import { PatientClient, RoundOverError } from './patient-client.ts';
import { pull } from './puller.ts';

const PUSHERS = 6;
const PULLERS = 2;
/** Bytes of blobs that are stored in several parts. */
const LARGE = { least: 4_000_000, most: 14_000_000 };
/** Milliseconds that are pushed in each round. */
const ROUND = { least: 2_500, most: 4_500 };
const FINISHED_SHARE = 0.6;
/** Of each hundred requests: bad days, and those on which hardly anything gets through. */
const RATES: readonly FaultRates[] = [evenRates(20), evenRates(6), evenRates(45), { 'slow down': 60 }, evenRates(80)];

/**
 * Round by round: pushes and pulls through a proxy that breaks what goes between server and store, in every second round up
 * to a kill of the server; then, without faults, a look at everything that the round touched.
 */
export async function pushThroughFaults(
  settings: Record<string, string>,
  proxy: FaultProxy,
  options: FaultOptions,
  checks: Checks,
): Promise<void> {
  const random = new Random(options.seed);
  const journal = new Journal();
  let server = await startServer(settings);
  for (let round = 1; round <= options.rounds; round += 1) {
    const seenBlobs = new Set(journal.blobs.values());
    const seenManifests = new Set(journal.manifests.values());
    proxy.plan = new FaultPlan(random.fork(`${round}/faults`), RATES[(round - 1) % RATES.length] ?? {});
    const isKilled = round % 2 === 0;
    const failures = await pushForAWhile(server, journal, checks, random.fork(round), isKilled);
    proxy.plan = null;
    if (isKilled) {
      printErrors(server);
      server = await startServer(settings);
    }
    const client = new PatientClient(server.url, checks);
    const blobs = [...journal.blobs.values()].filter((blob) => !seenBlobs.has(blob));
    const manifests = [...journal.manifests.values()].filter((manifest) => !seenManifests.has(manifest));
    const counts = `${blobs.length} blobs, ${manifests.length} manifests, ${journal.uploads.size} unfinished uploads`;
    console.log(`round ${round}: ${counts}; refused by status: ${describe(failures)}`);
    await new Survivors(client, journal, checks, isKilled).check(blobs, manifests);
    await checkUnfinishedUploads(client, journal, checks, random.fork(`${round}/uploads`), FINISHED_SHARE);
  }
  const client = new PatientClient(server.url, checks);
  await checkUnfinishedUploads(client, journal, checks, random.fork('last'), 1);
  await new Survivors(client, journal, checks).check([...journal.blobs.values()], [...journal.manifests.values()]);
  console.log(`of ${proxy.requests} requests to the store: ${describe(proxy.counts)}`);
  await server.stop();
}

/** Resolves, with what clients were refused, when nobody pushes any more. */
async function pushForAWhile(
  server: ServerProcess,
  journal: Journal,
  checks: Checks,
  random: Random,
  isKilled: boolean,
): Promise<ReadonlyMap<number, number>> {
  const shared = Array.from({ length: 4 }, () => random.bytes(random.integer(2, 1_000_000)));
  const client = new PatientClient(server.url, checks);
  const pushers = Array.from({ length: PUSHERS }, async (_, index) => {
    const pusher = new Pusher(client, journal, random.fork(index), shared);
    try {
      await (index === 0 ? pusher.pushLargeBlobs(LARGE) : pusher.pushImages());
    } catch (error) {
      const isOver = error instanceof RoundOverError;
      checks.expect('every push gets through in the end', isOver, () => describeError(error));
    }
  });
  const pullers = Array.from({ length: PULLERS }, (_, index) =>
    pull(client, journal, checks, random.fork(`pull ${index}`)),
  );
  await pause(random.integer(ROUND.least, ROUND.most));
  client.end();
  if (isKilled) await server.kill();
  await Promise.all([...pushers, ...pullers]);
  return client.failures;
}

/** What the server found so strange that it can tell clients nothing of it. */
function printErrors({ log }: ServerProcess): void {
  for (const line of log.filter((line) => line.includes('"level":"error"'))) console.log(`  the server: ${line}`);
}

function describe(counts: ReadonlyMap<string | number, number>): string {
  const all = [...counts].map(([what, count]) => `${count} × ${what || 'reset'}`);
  return all.length === 0 ? 'none' : all.join(', ');
}

function describeError(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? `${error}: ${error.cause}` : String(error);
}

import { setTimeout as pause } from 'node:timers/promises';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import type { Checks } from './checks.ts';
import { Journal } from './journal.ts';
import type { CrashOptions } from './options.ts';
import { Pusher } from './pusher.ts';
import { Random } from './random.ts';
import { RegistryClient } from './registry-client.ts';
import { StoredRoot } from './stored-root.ts';
import { Survivors } from './survivors.ts';
import { checkUnfinishedUploads } from './unfinished-uploads.ts';

const PUSHERS = 12;
const STREAMERS = 2;
/** Sizes of blobs of which a server writes much before it has all of one. */
const STREAMED = { least: 2_000_000, most: 6_000_000 };
/** A server is killed at a random moment up to this many milliseconds after the pushes began. */
const LATEST_KILL = 3_000;
/** Share of the unfinished uploads that is finished after each restart; the others wait for a later server. */
const FINISHED_SHARE = 0.6;

/** Round by round: many pushers, a kill, a restart, and a look at everything that the round touched. */
export async function killAndRestart(root: string, options: CrashOptions, checks: Checks): Promise<void> {
  const random = new Random(options.seed);
  const journal = new Journal();
  const stored = new StoredRoot(root, checks);
  const environment = { STOWAGE_STORAGE_FILESYSTEM_ROOT: root };
  const end = performance.now() + options.seconds * 1_000;
  let server = await startServer(environment);
  for (let round = 1; round <= options.rounds && performance.now() < end; round += 1) {
    const seenBlobs = new Set(journal.blobs.values());
    const seenManifests = new Set(journal.manifests.values());
    await pushUntilKilled(server, journal, checks, random.fork(round));
    server = await startServer(environment);
    const client = new RegistryClient(server.url);
    const blobs = [...journal.blobs.values()].filter((blob) => !seenBlobs.has(blob));
    const manifests = [...journal.manifests.values()].filter((manifest) => !seenManifests.has(manifest));
    console.log(describe(round, journal, blobs.length, manifests.length));
    await new Survivors(client, journal, checks).check(blobs, manifests);
    await checkUnfinishedUploads(client, journal, checks, random.fork(`${round}/uploads`), FINISHED_SHARE);
    await stored.check({ again: false });
  }
  const client = new RegistryClient(server.url);
  await checkUnfinishedUploads(client, journal, checks, random.fork('last'), 1);
  await new Survivors(client, journal, checks).check([...journal.blobs.values()], [...journal.manifests.values()]);
  await stored.check({ again: true });
  await server.stop();
}

async function pushUntilKilled(server: ServerProcess, journal: Journal, checks: Checks, random: Random): Promise<void> {
  const shared = Array.from({ length: 6 }, () => random.bytes(random.integer(2, 1_000_000)));
  let killed = false;
  const pushers = Array.from({ length: PUSHERS }, async (_, index) => {
    const pusher = new Pusher(new RegistryClient(server.url), journal, random.fork(index), shared);
    try {
      await (index < STREAMERS ? pusher.pushLargeBlobs(STREAMED, 'streamed') : pusher.pushImages());
    } catch (error) {
      checks.expect('the server answers every request until it is killed', killed, () => String(error));
    }
  });
  await pause(random.integer(1, LATEST_KILL));
  killed = true;
  await server.kill();
  await Promise.all(pushers);
}

function describe(round: number, journal: Journal, blobs: number, manifests: number): string {
  return `round ${round}: ${blobs} blobs, ${manifests} manifests, ${journal.uploads.size} unfinished uploads`;
}

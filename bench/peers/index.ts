import { bareHttp } from './bare-http.ts';
import { debianDistribution, distribution } from './distribution.ts';
import { nginx } from './nginx.ts';
import type { Peer } from './peer.ts';
import { stowage } from './stowage.ts';

const OTHER_CHECKOUT = 'stowage=';

/** Null stands for a peer that the machine does not have. */
const FINDERS = new Map<string, () => Promise<Peer | null>>([
  ['stowage', async () => stowage()],
  ['distribution', distribution],
  ['distribution-2', debianDistribution],
  ['nginx', nginx],
  ['bare-http', async () => bareHttp()],
]);

/** Whose drivers of S3 are compared. */
const ON_STORES = ['stowage', 'distribution'];

/**
 * The peers that are asked for, or all that the machine has, of which few keep their content in a store. `stowage=<folder>` is the server of another checkout, to
 * see in one run what a change does.
 *
 * @throws Error for a peer that is not there
 */
export async function findPeers(names: readonly string[] | null, isOnStore: boolean): Promise<Peer[]> {
  if (names !== null) return Promise.all(names.map(findPeer));
  const finders = [...FINDERS].filter(([name]) => !isOnStore || ON_STORES.includes(name));
  const all = await Promise.all(finders.map(([, find]) => find()));
  return all.filter((peer) => peer !== null);
}

async function findPeer(name: string): Promise<Peer> {
  if (name.startsWith(OTHER_CHECKOUT)) return stowage(name.slice(OTHER_CHECKOUT.length));
  const find = FINDERS.get(name);
  if (!find) throw new Error(`there is no peer ${name}; there are ${[...FINDERS.keys()].join(', ')}`);
  const peer = await find();
  if (!peer) throw new Error(`this machine does not have the peer ${name}`);
  return peer;
}

import type { Bench } from '../bench.ts';
import { RegistryClient } from '../load/registry-client.ts';
import type { Peer } from '../peers/peer.ts';
import { SMALL_REPOSITORY, SMALL_STOCK } from '../stock/small.ts';
import type { RunningServer } from '../system/server.ts';
import { type Figures, NotSupportedError, type Row } from './row.ts';
import { MANIFEST_HEADERS, MANIFESTS_BY_TAG, type SmallLoad, send, verify } from './small-load.ts';

const LOAD: SmallLoad = { method: 'GET', headers: MANIFEST_HEADERS, targets: MANIFESTS_BY_TAG };
const PLACEMENT = { placement: 'apart' } as const;

/** What it costs to know who asks: the same server without a login, and with a token of its own token service. */
export const bearerRow: Row = {
  id: 'manifest-get-bearer',
  title: 'manifest GET by tag with a token',
  kinds: ['registry'],
  metrics: [
    { id: 'rate', title: 'requests', unit: '/s', better: 'higher', isWatched: true },
    { id: 'share', title: 'against none without a login', unit: '×', better: 'higher', goals: [{ above: 0.8 }] },
  ],
  measure,
};

async function measure(bench: Bench, peer: Peer): Promise<Figures> {
  if (!peer.name.startsWith('stowage')) throw new NotSupportedError(`${peer.title} has no such setting`);
  const open = await bench.onStock(peer, SMALL_STOCK, (server) => withoutLogin(bench, peer, server), PLACEMENT);
  const options = { ...PLACEMENT, env: { STOWAGE_AUTH_AUTHENTICATORS: 'key' } };
  const rate = await bench.onStock(peer, SMALL_STOCK, (server) => withToken(bench, server, open.key), options);
  return { rate, share: rate / open.rate };
}

async function withoutLogin(bench: Bench, peer: Peer, server: RunningServer): Promise<{ rate: number; key: string }> {
  const key = await makeKey(server.url);
  if (key === null) throw new NotSupportedError(`${peer.title} has no keys yet`);
  return { rate: await rateOf(bench, server, LOAD), key };
}

/** Where everybody may do everything, anybody may make a key; null where there are none. */
async function makeKey(url: string): Promise<string | null> {
  const grants = [{ repositories: SMALL_REPOSITORY, actions: ['pull'] }];
  const response = await fetch(`${url}/api/v1/keys`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'bench', grants, expiresIn: 3600 }),
  });
  const { secret } = (await response.json()) as { secret?: string };
  return response.status === 201 && secret !== undefined ? secret : null;
}

async function withToken(bench: Bench, server: RunningServer, key: string): Promise<number> {
  const client = new RegistryClient(server.url);
  const path = `/token?service=stowage&scope=repository:${SMALL_REPOSITORY}:pull`;
  const login = { Authorization: `Basic ${Buffer.from(`bench:${key}`).toString('base64')}` };
  const answer = await client.expect(200, 'GET', path, { headers: login });
  client.close();
  const { token } = JSON.parse(answer.body.toString());
  return rateOf(bench, server, { ...LOAD, headers: { ...MANIFEST_HEADERS, Authorization: `Bearer ${token}` } });
}

async function rateOf({ scale }: Bench, server: RunningServer, load: SmallLoad): Promise<number> {
  const how = { connections: scale.connections, ...PLACEMENT };
  await verify(server.url, load);
  await send(server.url, load, { ...how, seconds: scale.warmUp });
  const { result } = await server.measure(() => send(server.url, load, { ...how, seconds: scale.seconds }));
  await verify(server.url, load);
  return result.requests / result.seconds;
}

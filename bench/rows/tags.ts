import { isDeepStrictEqual } from 'node:util';
import type { Bench } from '../bench.ts';
import { imageManifest } from '../load/image.ts';
import { ACCEPT_MANIFEST, RegistryClient } from '../load/registry-client.ts';
import type { Peer } from '../peers/peer.ts';
import { median } from '../report/statistics.ts';
import { CONFIG, LAYER, type TagStock, tagStock } from '../stock/tags.ts';
import { type Figures, NotSupportedError, REFERENCE, type Row } from './row.ts';

const PAGE = 100;

export const deletionRow: Row = {
  id: 'delete-manifest',
  title: 'delete a manifest among many tags',
  kinds: ['registry'],
  metrics: [
    { id: 'duration', title: 'time', unit: 'ms', better: 'lower', goals: [{ peer: REFERENCE, atMost: 1 / 5 }] },
  ],
  measure: measureDeletion,
};

export const pageRow: Row = {
  id: 'tags-page',
  title: 'a page of 100 tags of many',
  kinds: ['registry'],
  metrics: [
    { id: 'duration', title: 'time', unit: 'ms', better: 'lower', goals: [{ peer: REFERENCE, atMost: 1 / 2 }] },
    { id: 'cpu', title: 'cpu', unit: 'ms each', better: 'lower', isWatched: true },
  ],
  measure: measurePage,
};

function measureDeletion(bench: Bench, peer: Peer): Promise<Figures> {
  const stock = tagStock(bench.scale.tagsAround);
  return bench.onStock(peer, stock, async (server) => {
    const client = new RegistryClient(server.url);
    const durations: number[] = [];
    for (let number = 0; number < bench.scale.deletions; number++) {
      const manifest = imageManifest(CONFIG, LAYER, `deleted ${number}`);
      const [byTag, byDigest] = [`deleted-${number}`, manifest.digest].map(
        (reference) => `/v2/${stock.repository}/manifests/${reference}`,
      );
      await client.pushManifest(stock.repository, `deleted-${number}`, manifest);
      const { duration } = await server.measure(() => client.expect(202, 'DELETE', byDigest ?? ''));
      for (const path of [byTag, byDigest]) await client.expect(404, 'GET', path ?? '', { headers: ACCEPT_MANIFEST });
      durations.push(duration * 1000);
    }
    client.close();
    return { duration: median(durations) };
  });
}

function measurePage(bench: Bench, peer: Peer): Promise<Figures> {
  const { tagsToList, pages } = bench.scale;
  const stock = tagStock(tagsToList);
  return bench.onStock(peer, stock, async (server) => {
    const client = new RegistryClient(server.url);
    const { path, tags: expected } = pageAt(stock, stock.tags.length / 2);
    await requirePages(client, path, stock.tags.length);
    const durations: number[] = [];
    const { cpu } = await server.measure(async () => {
      for (let page = 0; page < pages; page++) durations.push(await readPage(client, path, expected));
    });
    client.close();
    return { duration: median(durations), cpu: (cpu / pages) * 1000 };
  });
}

/** The page that begins with so many tags before it, and the bytes that its answer has at least. */
export function pageAt(stock: TagStock, before: number): { path: string; tags: readonly string[]; size: number } {
  const tags = stock.tags.slice(before, before + PAGE);
  const path = `/v2/${stock.repository}/tags/list?n=${PAGE}&last=${stock.tags[before - 1]}`;
  return { path, tags, size: JSON.stringify(tags).length };
}

/** Distribution before 3.0 sends all tags. */
async function requirePages(client: RegistryClient, path: string, all: number): Promise<void> {
  const { body } = await client.expect(200, 'GET', path);
  const { tags }: { tags: string[] } = JSON.parse(body.toString());
  if (tags.length === all) throw new NotSupportedError('the peer has no pages of tags');
}

/** Resolves with the milliseconds that the answer took. */
async function readPage(client: RegistryClient, path: string, expected: readonly string[]): Promise<number> {
  const begin = performance.now();
  const { body } = await client.expect(200, 'GET', path);
  const duration = performance.now() - begin;
  const { tags }: { tags: string[] } = JSON.parse(body.toString());
  if (!isDeepStrictEqual(tags, expected)) throw new Error(`GET ${path}: these are not the tags that come next`);
  return duration;
}
